//go:build cgo

package token

// #cgo linux LDFLAGS: -ldl
// #include <stdlib.h>
// #include <string.h>
// #ifdef _WIN32
// #include <windows.h>
// #pragma pack(push, 1)
// #else
// #include <dlfcn.h>
// #endif
//
// // The head of CK_FUNCTION_LIST (PKCS#11 2.40, 3.6) as far as C_Sign. It is packed on Windows (2.40, 2.1).
// typedef unsigned long ck_ulong;
// typedef ck_ulong (*ck_any)(void);
// typedef struct { ck_ulong type; void *value; ck_ulong length; } ck_attribute;
// typedef struct {
// 	unsigned char version[2];
// 	ck_any before[24]; // C_Initialize to C_GetObjectSize
// 	ck_ulong (*C_GetAttributeValue)(ck_ulong, ck_ulong, ck_attribute *, ck_ulong);
// 	ck_any between[18]; // C_SetAttributeValue to C_SignInit
// 	ck_ulong (*C_Sign)(ck_ulong, unsigned char *, ck_ulong, unsigned char *, ck_ulong *);
// } ck_functions;
// #ifdef _WIN32
// #pragma pack(pop)
// #endif
//
// // load returns the function list, or NULL and a text that the caller frees.
// static ck_functions *load(const char *path, char **why) {
// 	ck_functions *list = NULL;
// 	ck_ulong (*get)(ck_functions **);
// #ifdef _WIN32
// 	HMODULE h = LoadLibraryA(path);
// 	get = h ? (ck_ulong (*)(ck_functions **))GetProcAddress(h, "C_GetFunctionList") : NULL;
// #else
// 	void *h = dlopen(path, RTLD_LAZY);
// 	if (!h) { const char *e = dlerror(); *why = strdup(e ? e : "dlopen"); return NULL; }
// 	get = (ck_ulong (*)(ck_functions **))dlsym(h, "C_GetFunctionList");
// #endif
// 	if (!get || get(&list) != 0 || !list) { *why = strdup("C_GetFunctionList"); return NULL; }
// 	return list;
// }
//
// static ck_ulong attribute(ck_functions *f, ck_ulong s, ck_ulong o, ck_ulong type, void *value, ck_ulong *length) {
// 	ck_attribute a = {type, value, *length};
// 	ck_ulong r = f->C_GetAttributeValue(s, o, &a, 1);
// 	*length = a.length;
// 	return r;
// }
//
// static ck_ulong sign(ck_functions *f, ck_ulong s, void *in, ck_ulong n, void *out, ck_ulong *length) {
// 	return f->C_Sign(s, in, n, out, length);
// }
import "C"

import (
	"errors"
	"unsafe"

	"github.com/miekg/pkcs11"

	"github.com/kyso-dev/kyso/internal/limits"
)

// binding drives a module through github.com/miekg/pkcs11. Two functions are called past it: it asks a module for sizes first, and
// some answer 0 (VNPT, NCCA). Here they are given room at once.
type binding struct {
	ctx  *pkcs11.Ctx
	list *C.ck_functions
}

var _ cryptoki = (*binding)(nil)

// bindable says whether modules can be called at all.
func bindable() error { return nil }

// bind loads the module. What it says of itself is not believed yet: the caller has looked at the file.
func bind(path string) (cryptoki, error) {
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	var why *C.char
	list := C.load(name, &why)
	if list == nil {
		defer C.free(unsafe.Pointer(why))
		return nil, errors.New(C.GoString(why))
	}
	ctx := pkcs11.New(path)
	if ctx == nil {
		return nil, errors.New("C_GetFunctionList")
	}
	return &binding{ctx, list}, nil
}

// value makes an rv of the binding's own error.
func value(err error) error {
	var code pkcs11.Error
	if errors.As(err, &code) {
		return rv(code)
	}
	return err
}

func (b *binding) Initialize(locking bool) error {
	if locking {
		return value(b.ctx.Initialize())
	}
	return value(b.ctx.Initialize(pkcs11.InitializeWithFlags(0)))
}

func (b *binding) Finalize() error { return value(b.ctx.Finalize()) }

func (b *binding) Info() (moduleInfo, error) {
	i, err := b.ctx.GetInfo()
	if err != nil {
		return moduleInfo{}, value(err)
	}
	return moduleInfo{text(i.ManufacturerID), text(i.LibraryDescription), version(i.LibraryVersion.Major, i.LibraryVersion.Minor),
		version(i.CryptokiVersion.Major, i.CryptokiVersion.Minor)}, nil
}

func (b *binding) Slots(present bool) ([]uint, error) {
	slots, err := b.ctx.GetSlotList(present)
	return slots, value(err)
}

func (b *binding) SlotInfo(slot uint) (slotInfo, error) {
	i, err := b.ctx.GetSlotInfo(slot)
	if err != nil {
		return slotInfo{}, value(err)
	}
	return slotInfo{text(i.SlotDescription), text(i.ManufacturerID), i.Flags&pkcs11.CKF_TOKEN_PRESENT != 0, i.Flags&pkcs11.CKF_REMOVABLE_DEVICE != 0}, nil
}

func (b *binding) TokenInfo(slot uint) (tokenInfo, error) {
	i, err := b.ctx.GetTokenInfo(slot)
	if err != nil {
		return tokenInfo{}, value(err)
	}
	return tokenInfo{
		label: text(i.Label), manufacturer: text(i.ManufacturerID), model: text(i.Model), serial: text(i.SerialNumber), flags: i.Flags,
		maxSessions: i.MaxSessionCount, maxWriteSessions: i.MaxRwSessionCount, minPIN: i.MinPinLen, maxPIN: i.MaxPinLen, clock: text(i.UTCTime),
	}, nil
}

func (b *binding) HasMechanism(slot, kind uint) (bool, error) {
	i, err := b.ctx.GetMechanismInfo(slot, []*pkcs11.Mechanism{pkcs11.NewMechanism(kind, nil)})
	if err := value(err); err != nil {
		if errors.Is(err, rvMechanismInvalid) {
			return false, nil
		}
		return false, err
	}
	return i.Flags&pkcs11.CKF_SIGN != 0, nil
}

func (b *binding) OpenSession(slot uint, write bool) (session, error) {
	flags := uint(pkcs11.CKF_SERIAL_SESSION)
	if write {
		flags |= pkcs11.CKF_RW_SESSION
	}
	s, err := b.ctx.OpenSession(slot, flags)
	return session(s), value(err)
}

func (b *binding) CloseSession(s session) error {
	return value(b.ctx.CloseSession(pkcs11.SessionHandle(s)))
}

func (b *binding) Login(s session, user uint, pin string) error {
	return value(b.ctx.Login(pkcs11.SessionHandle(s), user, pin)) // an empty PIN becomes NULL
}

func (b *binding) Logout(s session) error { return value(b.ctx.Logout(pkcs11.SessionHandle(s))) }

func (b *binding) LoggedIn(s session) (bool, error) {
	i, err := b.ctx.GetSessionInfo(pkcs11.SessionHandle(s))
	return i.State == pkcs11.CKS_RO_USER_FUNCTIONS || i.State == pkcs11.CKS_RW_USER_FUNCTIONS, value(err)
}

func (b *binding) InitPIN(s session, pin string) error {
	return value(b.ctx.InitPIN(pkcs11.SessionHandle(s), pin))
}

func (b *binding) SetPIN(s session, old, fresh string) error {
	return value(b.ctx.SetPIN(pkcs11.SessionHandle(s), old, fresh))
}

func (b *binding) Find(s session, template ...attribute) (found []object, err error) {
	attrs := make([]*pkcs11.Attribute, len(template))
	for i, a := range template {
		attrs[i] = pkcs11.NewAttribute(a.kind, a.value)
	}
	h := pkcs11.SessionHandle(s)
	if err := b.ctx.FindObjectsInit(h, attrs); err != nil {
		return nil, value(err)
	}
	defer func() { err = errors.Join(err, value(b.ctx.FindObjectsFinal(h))) }()
	for len(found) < limits.TokenObjects {
		some, _, err := b.ctx.FindObjects(h, 64)
		if err != nil {
			return nil, value(err)
		}
		if len(some) == 0 {
			break
		}
		for _, o := range some {
			found = append(found, object(o))
		}
	}
	return found, nil
}

// Attribute gives the module 4 kB at first, and more where it says how much it needs.
func (b *binding) Attribute(s session, o object, kind uint) ([]byte, error) {
	const absent = ^C.ck_ulong(0)
	size := C.ck_ulong(4096)
	for {
		buffer := make([]byte, size)
		length := size
		r := rv(C.attribute(b.list, C.ck_ulong(s), C.ck_ulong(o), C.ck_ulong(kind), unsafe.Pointer(&buffer[0]), &length))
		switch {
		case r == 0 && length <= size:
			return buffer[:length:length], nil
		case r == rvAttributeSensitive || r == rvAttributeTypeInvalid || r == 0 && length == absent:
			return nil, nil
		case r == 0 || r == rvBufferTooSmall && size >= limits.TokenAttribute:
			return nil, rvBufferTooSmall
		case r != rvBufferTooSmall:
			return nil, r
		}
		length = 0
		if C.attribute(b.list, C.ck_ulong(s), C.ck_ulong(o), C.ck_ulong(kind), nil, &length) == 0 && length > size && length <= limits.TokenAttribute {
			size = length
		} else {
			size = limits.TokenAttribute
		}
	}
}

func (b *binding) SignInit(s session, m mechanism, key object) error {
	var p any
	if m.pss != nil {
		p = pkcs11.NewPSSParams(m.pss.hash, m.pss.mgf, m.pss.salt)
	}
	return value(b.ctx.SignInit(pkcs11.SessionHandle(s), []*pkcs11.Mechanism{pkcs11.NewMechanism(m.kind, p)}, pkcs11.ObjectHandle(key)))
}

func (b *binding) Sign(s session, input []byte, max int) ([]byte, error) {
	out := make([]byte, max)
	length := C.ck_ulong(max)
	if len(input) == 0 {
		input = []byte{0}[:0:1]
	}
	r := rv(C.sign(b.list, C.ck_ulong(s), unsafe.Pointer(unsafe.SliceData(input)), C.ck_ulong(len(input)), unsafe.Pointer(&out[0]), &length))
	switch {
	case r != 0:
		return nil, r
	case int(length) > max:
		return nil, rvBufferTooSmall
	}
	return out[:length:length], nil
}
