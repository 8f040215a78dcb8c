package pdf

import (
	"context"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"hash"
	"slices"
	"time"

	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/timestamp"
	"github.com/kyso-dev/kyso/trust"
)

// tokenRoom is how many octets are kept free for the token of a document time-stamp at the first try.
const tokenRoom = 12 << 10

// ascent raises a signed document from level to level. Each step is an update section behind the ones before; these are held in
// memory, the document below them is not.
type ascent struct {
	ctx         context.Context
	src         *source
	tail        []byte    // update sections behind src
	prefix      hash.Hash // over src
	hash        crypto.Hash
	timestamper timestamp.Timestamper
	collector   trust.Collector
	clock       func() time.Time
}

// witness is a certificate that must be judged later: of a signature, or of a time-stamp.
type witness struct {
	vri   string // key of the entry under which its evidence is filed
	field string // for errors
	cert  *x509.Certificate
	at    time.Time // when what it signed is proved to have existed
}

func (a *ascent) reader() *extended {
	return &extended{ReaderAt: a.src, size: a.src.size, rest: a.tail}
}

// document is what there is by now.
func (a *ascent) document() (*document, error) {
	f, err := openFile(a.reader(), a.src.size+int64(len(a.tail)))
	if err != nil {
		return nil, err
	}
	return inspect(f)
}

// signed goes on from a signature that was just made to its level. der is its CMS structure, room the octets kept for it.
func (a *ascent) signed(level Level, field string, der []byte, room int) error {
	if level != LevelBLT && level != LevelBLTA {
		return nil
	}
	sd, _, err := cmsdata.ParsePrefix(der)
	if err != nil {
		return unreadable(err)
	}
	key := vriKey(padded(der, room))
	e := &entry{}
	e.gather(sd)
	var list []witness
	proved := a.now()
	stamps := func(attrs []cmsdata.Attribute, kind asn1.ObjectIdentifier) error {
		for _, attr := range attrs {
			if !attr.Type.Equal(kind) {
				continue
			}
			for _, raw := range attr.Values {
				token, err := timestamp.ParseToken(raw)
				if err != nil {
					return err
				}
				cert, err := token.Signer()
				if err != nil {
					return fault(CodeEvidence, err, "field", field)
				}
				e.Evidence.Add(&trust.Evidence{Certificates: token.Certificates()})
				list = append(list, witness{key, field, cert, proved})
				if kind.Equal(cmsdata.OIDSignatureTimestamp) {
					proved = token.Info.Time
				}
			}
		}
		return nil
	}
	for _, si := range sd.Signers {
		if err := stamps(si.UnsignedAttrs, cmsdata.OIDSignatureTimestamp); err != nil {
			return err
		}
		if err := stamps(si.SignedAttrs, cmsdata.OIDContentTimestamp); err != nil { // what is signed exists since the signature does
			return err
		}
		cert := si.Certificate(sd.X509())
		list = append([]witness{{key, field, cert, proved}}, list...)
	}
	if err := a.store(list, &e.Evidence); err != nil || level == LevelBLT {
		return err
	}
	return a.seal(&e.Evidence)
}

func (a *ascent) now() time.Time { return now(a.clock) }

// stamp adds a document time-stamp over all that there is (ETSI EN 319 142-1, 5.4.3). Where the token turns out larger than the room
// for it, another one is asked for.
func (a *ascent) stamp() (*Timestamp, error) {
	for room, try := tokenRoom, 0; ; try++ {
		doc, err := a.document()
		if err != nil {
			return nil, err
		}
		field := doc.form.freeName("Timestamp")
		sec, err := doc.writeToken(field, room)
		if err != nil {
			return nil, err
		}
		if err := doc.confirm(a.ctx, a.reader(), sec); err != nil {
			return nil, err
		}
		all, err := a.prefix.(hash.Cloner).Clone()
		if err != nil {
			return nil, unreadable(err)
		}
		all.Write(a.tail)
		all.Write(sec.before())
		all.Write(sec.after())
		digest := all.Sum(nil)
		token, err := a.timestamper.Timestamp(a.ctx, digest, a.hash)
		if err != nil {
			return nil, err
		}
		if err := token.Check(digest, a.hash); err != nil {
			return nil, err
		}
		if need := len(token.Raw); need > room && try == 0 && need+spare <= limits.PDFContents {
			room = need + spare
			continue
		}
		if err := sec.fill(token.Raw, room); err != nil {
			return nil, err
		}
		a.tail = append(slices.Clip(a.tail), sec.appendix.Bytes...)
		e := entry{Entry: Entry{Field: field, Contents: padded(token.Raw, room), Extent: Whole}}
		e.gather(token.SignedData())
		return &Timestamp{Entry: e.Entry, Token: token}, nil
	}
}

// seal adds the document time-stamp of B-LTA. Where it comes from a unit whose certificate the document could not be judged by yet, the
// evidence for that is added first and a second time-stamp made over all: so the document validates offline for as long as that
// certificate lasts. Where there is none to be had yet, it is due with the next refresh.
func (a *ascent) seal(known *trust.Evidence) error {
	before := a.tail
	t, err := a.stamp()
	if err != nil {
		return err
	}
	cert, err := t.Token.Signer()
	if err != nil || known.Inventory(nil).Complete(cert) {
		return nil //nolint:nilerr // a token without its certificate was checked with that by whoever got it
	}
	known.Add(&t.Evidence)
	sealed := a.tail
	a.tail = before
	err = a.store([]witness{{field: t.Field, cert: cert, at: a.now()}}, known)
	if err := a.ctx.Err(); err != nil {
		return err
	}
	if err != nil || len(a.tail) == len(before) {
		a.tail = sealed
		return nil
	}
	_, err = a.stamp()
	return err
}

// padded is the value of a /Contents.
func padded(der []byte, room int) []byte {
	contents := make([]byte, room)
	copy(contents, der)
	return contents
}

// store adds the evidence for the witnesses to the document, if it has not got it. known is what its signatures hold.
func (a *ascent) store(list []witness, known *trust.Evidence) error {
	doc, err := a.document()
	if err != nil {
		return err
	}
	s, err := openStore(doc)
	if err != nil {
		return err
	}
	known.Add(&s.evidence)
	filed := make(map[string]*trust.Evidence)
	var keys []string
	for _, w := range list {
		if w.cert == nil {
			return fault(CodeEvidence, fault(CodeNoCertificate, nil), "field", w.field)
		}
		found, err := a.collector.Collect(a.ctx, w.cert, w.at, known)
		if err != nil {
			if a.ctx.Err() != nil {
				return a.ctx.Err()
			}
			return fault(CodeEvidence, err, "field", w.field)
		}
		known.Add(found) // what serves one certificate may serve the next
		if filed[w.vri] == nil {
			filed[w.vri] = &trust.Evidence{}
			keys = append(keys, w.vri)
		}
		filed[w.vri].Add(found)
	}
	for _, key := range keys {
		if err := s.file(key, filed[key]); err != nil {
			return err
		}
	}
	added, err := s.write()
	if err != nil {
		return err
	}
	a.tail = append(slices.Clip(a.tail), added...)
	return nil
}
