package alg

import "crypto/ed25519"

// verifyEd25519 is RFC 8032, 5.1.7: the standard library refuses S ≥ L and compares R octet for octet.
func (s Signature) verifyEd25519(k ed25519.PublicKey, message, sig []byte) error {
	if len(sig) != ed25519.SignatureSize {
		return s.form("it has " + itoa(len(sig)) + " bytes instead of 64")
	}
	if !ed25519.Verify(k, message, sig) {
		return s.wrong()
	}
	return nil
}

// checkEd25519 refuses keys under which one signature is good for many messages: points of small order, and encodings of y that
// are not below the field's prime, which only such points and forgers use.
func checkEd25519(k ed25519.PublicKey) error {
	if len(k) != ed25519.PublicKeySize {
		return fail(CodeUnusableKey, "key", "Ed25519", "reason", "it has "+itoa(len(k))+" bytes instead of 32")
	}
	y := [32]byte(k)
	y[31] &= 0x7F // the sign of x
	if !belowPrime(y) {
		return fail(CodeUnusableKey, "key", "Ed25519", "reason", "its encoding is not canonical")
	}
	for _, small := range smallOrder {
		if y == small {
			return fail(CodeUnusableKey, "key", "Ed25519", "reason", "it is a point of small order")
		}
	}
	return nil
}

// belowPrime reports whether y, little-endian, is less than 2²⁵⁵-19.
func belowPrime(y [32]byte) bool {
	if y[31] != 0x7F || y[0] < 0xED {
		return true
	}
	for _, b := range y[1:31] {
		if b != 0xFF {
			return true
		}
	}
	return false
}

// smallOrder are the y of the eight points whose order divides 8, little-endian.
var smallOrder = [][32]byte{
	{},  // order 4
	{1}, // the neutral element
	{ // order 2: y = -1
		0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
	},
	{ // order 8
		0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
		0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
	},
	{ // order 8
		0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
		0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
	},
}
