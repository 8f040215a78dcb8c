package testpki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"sync"
)

// Keyring holds private keys by the names of their certificates, so that several PKIs of a process share what is slow to make.
// The zero value is empty and ready. Safe for concurrent use.
type Keyring struct {
	mu   sync.Mutex
	keys map[string]*keySlot
}

type keySlot struct {
	once sync.Once
	key  crypto.Signer
	err  error
}

// get returns the key of a name and makes it on the first call; calls for different names run side by side.
func (k *Keyring) get(name string, make func() (crypto.Signer, error)) (crypto.Signer, error) {
	k.mu.Lock()
	if k.keys == nil {
		k.keys = map[string]*keySlot{}
	}
	slot := k.keys[name]
	if slot == nil {
		slot = &keySlot{}
		k.keys[name] = slot
	}
	k.mu.Unlock()
	slot.once.Do(func() { slot.key, slot.err = make() })
	return slot.key, slot.err
}

func generate(kind keyKind) (crypto.Signer, error) {
	switch kind {
	case rsa3072:
		return rsa.GenerateKey(rand.Reader, 3072)
	case p256:
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case p384:
		return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case p521:
		return ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	case ed25519Key:
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return key, err
	default:
		return rsa.GenerateKey(rand.Reader, 2048)
	}
}
