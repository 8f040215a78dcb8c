//go:build cgo

package softhsm

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"sync"

	"github.com/miekg/pkcs11"
)

const usable = true

// module is loaded once: its state is the process's.
var module = sync.OnceValues(func() (*pkcs11.Ctx, error) {
	path, err := Module()
	if err != nil {
		return nil, err
	}
	ctx := pkcs11.New(path)
	if ctx == nil {
		return nil, fmt.Errorf("softhsm: %s cannot be loaded", path)
	}
	if err := ctx.Initialize(); err != nil && !errors.Is(err, pkcs11.Error(pkcs11.CKR_CRYPTOKI_ALREADY_INITIALIZED)) {
		return nil, err
	}
	return ctx, nil
})

// Finalize ends the module, for those who want to start it themselves; Token is of no use afterwards.
func Finalize() error {
	ctx, err := module()
	if err != nil {
		return err
	}
	return ctx.Finalize()
}

// mu makes one token at a time: SoftHSM has one free slot.
var mu sync.Mutex

// Token makes a token with what is to be on it, and returns its serial number.
func Token(o Options) (serial string, err error) {
	ctx, err := module()
	if err != nil {
		return "", err
	}
	mu.Lock()
	defer mu.Unlock()
	if o.PIN == "" {
		o.PIN = PIN
	}
	if o.SOPIN == "" {
		o.SOPIN = SOPIN
	}
	slot, err := freeSlot(ctx)
	if err != nil {
		return "", err
	}
	if err := ctx.InitToken(slot, o.SOPIN, o.Label); err != nil {
		return "", err
	}
	if _, err := ctx.GetSlotList(true); err != nil { // lets SoftHSM make another free slot
		return "", err
	}
	info, err := ctx.GetTokenInfo(slot)
	if err != nil {
		return "", err
	}
	s, err := ctx.OpenSession(slot, pkcs11.CKF_SERIAL_SESSION|pkcs11.CKF_RW_SESSION)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, ctx.CloseSession(s)) }()
	if err := ctx.Login(s, pkcs11.CKU_SO, o.SOPIN); err != nil {
		return "", err
	}
	err = errors.Join(ctx.InitPIN(s, o.PIN), ctx.Logout(s))
	if err != nil {
		return "", err
	}
	if err := ctx.Login(s, pkcs11.CKU_USER, o.PIN); err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, ctx.Logout(s)) }()
	for _, object := range o.Objects {
		if err := object.create(ctx, s); err != nil {
			return "", err
		}
	}
	return info.SerialNumber, nil
}

func freeSlot(ctx *pkcs11.Ctx) (uint, error) {
	slots, err := ctx.GetSlotList(true)
	if err != nil {
		return 0, err
	}
	for _, slot := range slots {
		info, err := ctx.GetTokenInfo(slot)
		if err == nil && info.Flags&pkcs11.CKF_TOKEN_INITIALIZED == 0 {
			return slot, nil
		}
	}
	return 0, errors.New("softhsm: no free slot")
}

func (o Object) create(ctx *pkcs11.Ctx, s pkcs11.SessionHandle) error {
	id := o.ID
	if id == nil && o.Certificate != nil {
		sum := sha256.Sum256(o.Certificate.Raw)
		id = sum[:8]
	}
	var templates [][]*pkcs11.Attribute
	if o.Key != nil {
		private, public, err := keyTemplates(o.Key)
		if err != nil {
			return err
		}
		templates = append(templates, append(private, pkcs11.NewAttribute(pkcs11.CKA_PRIVATE, true), pkcs11.NewAttribute(pkcs11.CKA_SENSITIVE, true),
			pkcs11.NewAttribute(pkcs11.CKA_SIGN, true), pkcs11.NewAttribute(pkcs11.CKA_ALWAYS_AUTHENTICATE, o.Always)))
		if !o.NoPublic {
			templates = append(templates, append(public, pkcs11.NewAttribute(pkcs11.CKA_PRIVATE, false), pkcs11.NewAttribute(pkcs11.CKA_VERIFY, true)))
		}
		for i := range templates {
			templates[i] = append(templates[i], pkcs11.NewAttribute(pkcs11.CKA_ID, id), pkcs11.NewAttribute(pkcs11.CKA_LABEL, o.Label))
		}
	}
	if o.Certificate != nil {
		if o.CertificateID != nil {
			id = o.CertificateID
		}
		templates = append(templates, []*pkcs11.Attribute{
			pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_CERTIFICATE), pkcs11.NewAttribute(pkcs11.CKA_CERTIFICATE_TYPE, pkcs11.CKC_X_509),
			pkcs11.NewAttribute(pkcs11.CKA_VALUE, o.Certificate.Raw), pkcs11.NewAttribute(pkcs11.CKA_SUBJECT, o.Certificate.RawSubject),
			pkcs11.NewAttribute(pkcs11.CKA_ID, id), pkcs11.NewAttribute(pkcs11.CKA_LABEL, o.Label), pkcs11.NewAttribute(pkcs11.CKA_PRIVATE, o.Private),
		})
	}
	for _, t := range templates {
		if _, err := ctx.CreateObject(s, append(t, pkcs11.NewAttribute(pkcs11.CKA_TOKEN, true))); err != nil {
			return fmt.Errorf("softhsm: object %q: %w", o.Label, err)
		}
	}
	return nil
}

// keyTemplates are the attributes of a private key and of its public one.
func keyTemplates(key crypto.Signer) (private, public []*pkcs11.Attribute, err error) {
	var kind uint
	switch k := key.(type) {
	case *rsa.PrivateKey:
		kind = pkcs11.CKK_RSA
		k.Precompute()
		n, e := pkcs11.NewAttribute(pkcs11.CKA_MODULUS, k.N.Bytes()), pkcs11.NewAttribute(pkcs11.CKA_PUBLIC_EXPONENT, big.NewInt(int64(k.E)).Bytes())
		public = []*pkcs11.Attribute{n, e}
		private = []*pkcs11.Attribute{n, e, pkcs11.NewAttribute(pkcs11.CKA_PRIVATE_EXPONENT, k.D.Bytes()),
			pkcs11.NewAttribute(pkcs11.CKA_PRIME_1, k.Primes[0].Bytes()), pkcs11.NewAttribute(pkcs11.CKA_PRIME_2, k.Primes[1].Bytes()),
			pkcs11.NewAttribute(pkcs11.CKA_EXPONENT_1, k.Precomputed.Dp.Bytes()), pkcs11.NewAttribute(pkcs11.CKA_EXPONENT_2, k.Precomputed.Dq.Bytes()),
			pkcs11.NewAttribute(pkcs11.CKA_COEFFICIENT, k.Precomputed.Qinv.Bytes())}
	case *ecdsa.PrivateKey:
		kind = pkcs11.CKK_EC
		curve := asn1.ObjectIdentifier{1, 2, 840, 10045, 3, 1, 7}
		switch k.Curve {
		case elliptic.P384():
			curve = asn1.ObjectIdentifier{1, 3, 132, 0, 34}
		case elliptic.P521():
			curve = asn1.ObjectIdentifier{1, 3, 132, 0, 35}
		}
		scalar, err := k.Bytes()
		if err != nil {
			return nil, nil, err
		}
		point, err := k.PublicKey.Bytes()
		if err != nil {
			return nil, nil, err
		}
		private, public, err = curveTemplates(curve, scalar, point)
		if err != nil {
			return nil, nil, err
		}
	case ed25519.PrivateKey:
		kind = 0x40 // CKK_EC_EDWARDS (PKCS#11 3.0)
		private, public, err = curveTemplates(asn1.ObjectIdentifier{1, 3, 101, 112}, k.Seed(), k.Public().(ed25519.PublicKey))
		if err != nil {
			return nil, nil, err
		}
	default:
		return nil, nil, fmt.Errorf("softhsm: a key of type %T", key)
	}
	private = append(private, pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_PRIVATE_KEY), pkcs11.NewAttribute(pkcs11.CKA_KEY_TYPE, kind))
	public = append(public, pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_PUBLIC_KEY), pkcs11.NewAttribute(pkcs11.CKA_KEY_TYPE, kind))
	return private, public, nil
}

func curveTemplates(curve asn1.ObjectIdentifier, scalar, point []byte) (private, public []*pkcs11.Attribute, err error) {
	params, err := asn1.Marshal(curve)
	if err != nil {
		return nil, nil, err
	}
	wrapped, err := asn1.Marshal(point)
	if err != nil {
		return nil, nil, err
	}
	p := pkcs11.NewAttribute(pkcs11.CKA_EC_PARAMS, params)
	return []*pkcs11.Attribute{p, pkcs11.NewAttribute(pkcs11.CKA_VALUE, scalar)}, []*pkcs11.Attribute{p, pkcs11.NewAttribute(pkcs11.CKA_EC_POINT, wrapped)}, nil
}
