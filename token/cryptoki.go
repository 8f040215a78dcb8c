package token

// cryptoki is what this package asks of a PKCS#11 module (OASIS PKCS#11 2.40), so that another binding can take the place of the one
// in binding.go. Errors that the module itself gives are of type rv. An implementation may be called from several goroutines; a
// session is used by one at a time.
type cryptoki interface {
	Initialize(locking bool) error // without locking the caller promises to make one call at a time
	Finalize() error
	Info() (moduleInfo, error)
	Slots(present bool) ([]uint, error)
	SlotInfo(slot uint) (slotInfo, error)
	TokenInfo(slot uint) (tokenInfo, error)
	HasMechanism(slot, mechanism uint) (bool, error) // and it signs
	OpenSession(slot uint, write bool) (session, error)
	CloseSession(s session) error
	Login(s session, user uint, pin string) error // "": the PIN is entered on the device
	Logout(s session) error
	LoggedIn(s session) (bool, error) // the user, as the module sees it
	InitPIN(s session, pin string) error
	SetPIN(s session, old, fresh string) error
	Find(s session, template ...attribute) ([]object, error)
	Attribute(s session, o object, kind uint) ([]byte, error) // nil when the object has none, or does not tell
	SignInit(s session, m mechanism, key object) error
	Sign(s session, input []byte, max int) ([]byte, error) // max: octets of the longest signature
}

type (
	session uint
	object  uint
)

// attribute is one of a template.
type attribute struct {
	kind  uint
	value any // uint, bool or []byte
}

// mechanism is how to sign. pss is set for CKM_RSA_PKCS_PSS alone.
type mechanism struct {
	kind uint
	pss  *pssParameters
}

type pssParameters struct{ hash, mgf, salt uint }

type moduleInfo struct {
	manufacturer, description string
	version                   string // of the module
	standard                  string // of PKCS#11
}

type slotInfo struct {
	description, manufacturer string
	present, removable        bool
}

type tokenInfo struct {
	label, manufacturer, model, serial string
	flags                              uint
	maxSessions, maxWriteSessions      uint
	minPIN, maxPIN                     uint
	clock                              string // YYYYMMDDhhmmss00 in UTC, where the token has a clock
}

// Values of the standard that are used here.
const (
	userSO      = 0 // CKU_
	userNormal  = 1
	userContext = 2

	classCertificate = 1 // CKO_
	classPublicKey   = 2
	classPrivateKey  = 3

	attrClass              = 0x000 // CKA_
	attrPrivate            = 0x002
	attrLabel              = 0x003
	attrValue              = 0x011
	attrCertificateType    = 0x080
	attrKeyType            = 0x100
	attrID                 = 0x102
	attrSign               = 0x108
	attrModulus            = 0x120
	attrPublicExponent     = 0x122
	attrPublicKeyInfo      = 0x129
	attrECPoint            = 0x181
	attrAlwaysAuthenticate = 0x202

	keyRSA     = 0x00 // CKK_
	keyEC      = 0x03
	keyEdwards = 0x40

	mechRSA    = 0x0001 // CKM_RSA_PKCS
	mechPSS    = 0x000D // CKM_RSA_PKCS_PSS
	mechECDSA  = 0x1041 // CKM_ECDSA
	mechEdDSA  = 0x1057 // CKM_EDDSA
	infinite   = 0      // CK_EFFECTIVELY_INFINITE
	flagLogin  = 0x0004 // CKF_LOGIN_REQUIRED
	flagPINSet = 0x0008 // CKF_USER_PIN_INITIALIZED
	flagClock  = 0x0040 // CKF_CLOCK_ON_TOKEN
	flagPath   = 0x0100 // CKF_PROTECTED_AUTHENTICATION_PATH
	flagInit   = 0x0400 // CKF_TOKEN_INITIALIZED
	flagLow    = 0x010000
	flagFinal  = 0x020000
	flagLocked = 0x040000
	flagChange = 0x080000
	soShift    = 4 // the same four for the security officer are flags << soShift
)
