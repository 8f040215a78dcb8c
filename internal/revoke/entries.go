package revoke

import (
	"bytes"
	"math/big"
	"time"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pki"
)

// Entry is one entry of a CRL.
type Entry struct {
	Serial    *big.Int
	Date      time.Time
	Reason    Reason
	InvalidAt time.Time // invalidityDate; zero: absent
	Issuer    pki.Name  // of the certificate
}

// extras are what the extensions of an entry say.
type extras struct {
	reason  Reason
	invalid time.Time
	issuer  *pki.Name // nil: that of the entry before (RFC 5280, 5.3.3)
	unknown pki.OID   // critical and not processed
}

// entry is one entry as a walk meets it.
type entry struct {
	serial []byte // content of the INTEGER
	rest   cryptobyte.String
}

// next splits the next entry off.
func next(rest *cryptobyte.String) (e entry, ok bool) {
	var one, serial cryptobyte.String
	if !rest.ReadASN1(&one, casn1.SEQUENCE) || !one.ReadASN1(&serial, casn1.INTEGER) || len(serial) == 0 || len(serial) > limits.PKISerial {
		return e, false
	}
	return entry{serial, one}, true
}

// reader reads what follows the serial number of entries. Most entries of a list have one of a few extensions, octet by octet, so what
// these say is kept for the next entries.
type reader map[string]extras

const keptExtras = 64

func (r reader) read(e entry) (time.Time, extras, *Error) {
	date, _, ok := pki.ReadTime(&e.rest)
	if !ok {
		return date, extras{}, malformed("revocationDate")
	}
	if len(e.rest) == 0 {
		return date, extras{}, nil
	}
	x, known := r[string(e.rest)]
	if !known {
		var err *Error
		if x, err = readExtras(e.rest); err != nil {
			return date, x, err
		}
		if len(r) < keptExtras {
			r[string(e.rest)] = x
		}
	}
	return date, x, nil
}

func readExtras(raw []byte) (extras, *Error) {
	var x extras
	extensions, _, err := pki.ReadExtensions(raw)
	if err != nil {
		return x, fail(CodeMalformed, err, "structure", "crlEntryExtensions")
	}
	for _, e := range extensions {
		in := cryptobyte.String(e.Value)
		ok := true
		switch e.ID {
		case oidReason:
			if x.reason, ok = readReason(in); !ok {
				return x, malformed("CRLReason")
			}
		case oidInvalidityDate:
			if x.invalid, _, ok = pki.ReadTime(&in); !ok || !in.Empty() {
				return x, malformed("invalidityDate")
			}
		case oidCertificateIssuer:
			if x.issuer, ok = readIssuer(in); !ok {
				return x, malformed("certificateIssuer")
			}
		default:
			if e.Critical && x.unknown == "" {
				x.unknown = e.ID
			}
		}
	}
	return x, nil
}

// readIssuer reads a CertificateIssuer, of which the one name that counts is the directory name.
func readIssuer(in cryptobyte.String) (*pki.Name, bool) {
	var seq cryptobyte.String
	if !in.ReadASN1(&seq, casn1.SEQUENCE) || !in.Empty() {
		return nil, false
	}
	names, err := pki.ReadGeneralNames(seq)
	if err != nil {
		return nil, false
	}
	for _, n := range names {
		if n.Form == pki.FormDirectory {
			return &n.Directory, true
		}
	}
	return nil, false
}

// checkEntries reads all entries once, so that what comes later need not fail.
func (l *CRL) checkEntries() error {
	r := make(reader)
	for rest := cryptobyte.String(l.entries); !rest.Empty(); l.count++ {
		e, ok := next(&rest)
		if !ok {
			return malformed("revokedCertificates")
		}
		_, x, err := r.read(e)
		if err != nil {
			return err
		}
		if len(e.serial) > 1 && (e.serial[0] == 0 && e.serial[1] < 0x80 || e.serial[0] == 0xff && e.serial[1] >= 0x80) {
			l.odd = true
		}
		l.indirect = l.indirect || x.issuer != nil
		if x.unknown != "" && len(l.Unknown) == 0 {
			l.Unknown = append(l.Unknown, x.unknown)
		}
	}
	return nil
}

// Find looks for the entry of a certificate, by its issuer and serial number. Of several entries for one certificate a revocation
// counts more than a hold or its removal, since it is final, and the earliest one most; of the others the latest one does.
func (l *CRL) Find(issuer pki.Name, serial *big.Int) (Entry, bool) {
	number := der.AppendBigInt(nil, serial)
	// Most certificates are not listed, and then their numbers are nowhere in the list: no need to take it apart.
	if !l.odd && !bytes.Contains(l.entries, number) || !l.indirect && !issuer.Equal(l.Issuer) {
		return Entry{}, false
	}
	var content cryptobyte.String
	(*cryptobyte.String)(&number).ReadASN1(&content, casn1.INTEGER)
	r := make(reader)
	var found *Entry
	current := l.Issuer
	for rest := cryptobyte.String(l.entries); !rest.Empty(); {
		e, _ := next(&rest)
		same := bytes.Equal(e.serial, content) || l.odd && pki.Integer(e.serial).Cmp(serial) == 0
		if !same && !l.indirect {
			continue
		}
		date, x, _ := r.read(e)
		if x.issuer != nil {
			current = *x.issuer
		}
		if !same || !current.Equal(issuer) {
			continue
		}
		one := Entry{Serial: serial, Date: date, Reason: x.reason, InvalidAt: x.invalid, Issuer: current}
		if found == nil || one.outweighs(*found) {
			found = &one
		}
	}
	if found == nil {
		return Entry{}, false
	}
	return *found, true
}

// final reports whether the entry says more than that the certificate is or was on hold.
func (e Entry) final() bool { return e.Reason != Hold && e.Reason != RemoveFromCRL }

func (e Entry) outweighs(f Entry) bool {
	switch {
	case e.final() != f.final():
		return e.final()
	case e.final():
		return e.Date.Before(f.Date)
	case e.Date.Equal(f.Date):
		return e.Reason == Hold
	}
	return e.Date.After(f.Date)
}
