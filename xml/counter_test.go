package xml

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/testtool"
)

func (l *lab) countersign(doc []byte, name, id string, o *Options) ([]byte, error) {
	l.t.Helper()
	o.Countersigns, o.Clock = id, l.pki.Now
	var out bytes.Buffer
	err := Sign(l.t.Context(), &out, bytes.NewReader(doc), int64(len(doc)), l.pki.Signer(name), o)
	return out.Bytes(), err
}

// TestCountersign confirms a signature, confirms that again, and raises all to B-LTA; EU DSS judges.
func TestCountersign(t *testing.T) {
	l := newLab(t)
	empty := ""
	for name, doc := range map[string][]byte{
		"B-B":        l.sign([]byte(invoiceXML), "ec", &Options{Level: LevelBB, SignatureID: "one", Clock: l.pki.Now}),
		"B-LTA":      l.sign([]byte(invoiceXML), "ec", &Options{Level: LevelBLTA, SignatureID: "one", Clock: l.pki.Now, Timestamper: l.pki.TSAClient(), Collector: l.validator}),
		"UTF-16":     l.sign(toUTF16(invoiceXML, true), "ec", &Options{Level: LevelBB, SignatureID: "one", Clock: l.pki.Now, Prefix: &empty}),
		"enveloping": l.sign([]byte(invoiceXML), "ec", &Options{Level: LevelBB, SignatureID: "one", Clock: l.pki.Now, Form: Enveloping}),
	} {
		before := read(t, doc, nil).Signatures[0]
		once, err := l.countersign(doc, "signer", "one", &Options{Level: LevelBB, SignatureID: "two", Roles: []string{"giám đốc"}})
		require.NoError(t, err)
		onlyInserted(t, doc, once)
		twice, err := l.countersign(once, "ec384", "two", &Options{Level: LevelBB, SignatureID: "three", Canonicalization: C14N10})
		require.NoError(t, err)
		plain, err := l.countersign(twice, "person", "one", &Options{Prefix: &empty})
		require.NoError(t, err)
		onlyInserted(t, twice, plain)
		all := l.extend(plain, LevelBLTA)
		onlyInserted(t, plain, all)
		for _, raw := range [][]byte{plain, all} {
			d := read(t, raw, nil)
			require.Len(t, d.Signatures, 1)
			s := d.Signatures[0]
			sound(t, s)
			require.Nil(t, s.Countersigns)
			require.Equal(t, before.Value, s.Value)
			require.Len(t, s.CounterSignatures, 2)
			require.Len(t, s.CounterSignatures[0].CounterSignatures, 1)
			c := s.CounterSignatures[0]
			sound(t, c)
			require.Same(t, s, c.Countersigns)
			require.Equal(t, LevelBB, c.Level)
			require.Equal(t, []string{"giám đốc"}, c.Properties.Roles)
			sound(t, c.CounterSignatures[0])
			require.Same(t, c, c.CounterSignatures[0].Countersigns)
			require.Nil(t, s.CounterSignatures[1].Properties)
			require.Equal(t, Intact, s.CounterSignatures[1].ContentIntegrity)
			require.Equal(t, Intact, s.CounterSignatures[1].SignatureIntegrity)
		}
		covered(t, read(t, all, nil).Signatures[0])
		if name == "UTF-16" { // which DSS does not read
			continue
		}
		l.write(name+".xml", all)
	}
	for _, a := range testtool.DSS(t, "validate", "--trust", l.path("root.pem"), l.path("B-B.xml"), l.path("B-LTA.xml"), l.path("enveloping.xml")) {
		require.Equal(t, "XAdES-BASELINE-LTA", testtool.Field(a, "signatures", 0, "format"), "%v", a)
		counters := 0
		for i := range a["signatures"].([]any) {
			if testtool.Field(a, "signatures", i, "format") == "XML-NOT-ETSI" {
				continue
			}
			require.Equal(t, "TOTAL-PASSED", testtool.Field(a, "signatures", i, "indication"), "%v", testtool.Field(a, "signatures", i))
			if testtool.Field(a, "signatures", i, "counter_signature_of") != nil {
				counters++
			}
		}
		require.GreaterOrEqual(t, counters, 1)
	}
}

// TestCountersignRefuses names what cannot be confirmed.
func TestCountersignRefuses(t *testing.T) {
	l := newLab(t)
	good := l.sign([]byte(invoiceXML), "ec", &Options{Level: LevelBB, SignatureID: "one", Clock: l.pki.Now})
	noID := l.sign([]byte(invoiceXML), "ec", &Options{SignatureID: "one"})
	named := bytes.Replace(noID, []byte("<ds:SignatureValue>"), []byte(`<ds:SignatureValue Id="v">`), 1)
	broken := bytes.Replace(good, []byte("<xades:SigningTime>2"), []byte("<xades:SigningTime>1"), 1)
	forged := flip(t, good, "SignatureValue")
	around := l.sign(l.sign([]byte(invoiceXML), "ec", &Options{Level: LevelBB, SignatureID: "one", Place: "/HDon/DSCKS/NBan", References: []ReferenceOptions{{URI: "#data"}}, Clock: l.pki.Now}), "signer", nil)
	for _, c := range []struct {
		name string
		raw  []byte
		o    Options
		id   string
		code Code
	}{
		{"no such signature", good, Options{}, "none", CodeNotFound},
		{"a value without an Id", noID, Options{}, "one", CodeCountersign},
		{"no XAdES", named, Options{}, "one", CodeCountersign},
		{"a value that is broken", forged, Options{}, "one", CodeCountersign},
		{"covered by another signature", around, Options{}, "one", CodeEarlier},
		{"an Id that is taken", good, Options{SignatureID: "data"}, "one", CodeIDTaken},
		{"a place", good, Options{Place: "/HDon"}, "one", CodeOption},
		{"a higher level", good, Options{Level: LevelBT}, "one", CodeOption},
		{"references", good, Options{References: []ReferenceOptions{{}}}, "one", CodeOption},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := l.countersign(c.raw, "signer", c.id, &c.o)
			require.True(t, hasCode(err, c.code), "%v", err)
			require.Empty(t, out)
		})
	}
	_, err := l.countersign(broken, "signer", "one", &Options{}) // the value is what is confirmed; what it signs is for the reader to check
	require.NoError(t, err)
}

// flip changes one octet of the base64 in an element.
func flip(t testing.TB, doc []byte, local string) []byte {
	t.Helper()
	at := bytes.Index(doc, []byte(":"+local))
	require.Positive(t, at)
	at += bytes.IndexByte(doc[at:], '>') + 9
	out := bytes.Clone(doc)
	if out[at]++; !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", rune(out[at])) {
		out[at] = 'A'
	}
	return out
}

// TestCountersignDetached: a signature elsewhere that says that it confirms another one (EN 319 132-1, 5.2.7.3).
func TestCountersignDetached(t *testing.T) {
	l := newLab(t)
	one := l.sign([]byte(invoiceXML), "ec", &Options{Level: LevelBB, SignatureID: "one", Place: "/HDon/DSCKS/NBan", References: []ReferenceOptions{{URI: "#data"}}, Clock: l.pki.Now})
	two := l.sign(one, "signer", &Options{Level: LevelBB, Place: "/HDon/DSCKS/CQT", References: []ReferenceOptions{{URI: "#one" + idValue, Type: typeCountersigned}}, Clock: l.pki.Now})
	d := read(t, two, nil)
	require.Len(t, d.Signatures, 2)
	sound(t, d.Signatures[0])
	sound(t, d.Signatures[1])
	require.Nil(t, d.Signatures[0].Countersigns)
	require.Same(t, d.Signatures[0], d.Signatures[1].Countersigns)
	require.Equal(t, LevelBB, d.Signatures[1].Level)
}
