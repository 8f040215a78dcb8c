package vnid

import (
	"encoding/asn1"
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

type part struct {
	oid   asn1.ObjectIdentifier
	tag   int
	value string
}

func der(t testing.TB, parts ...part) []byte {
	t.Helper()
	var rdns []asn1.RawValue
	for _, p := range parts {
		if p.tag == 0 {
			p.tag = asn1.TagUTF8String
		}
		pair, err := asn1.Marshal(struct {
			OID   asn1.ObjectIdentifier
			Value asn1.RawValue
		}{p.oid, asn1.RawValue{Tag: p.tag, Bytes: []byte(p.value)}})
		if err != nil {
			t.Fatal(err)
		}
		rdns = append(rdns, asn1.RawValue{Tag: asn1.TagSet, IsCompound: true, Bytes: pair})
	}
	out, err := asn1.Marshal(rdns)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestIdentity(t *testing.T) {
	for _, c := range []struct {
		name string
		in   []part
		want Identity // IDs not compared
	}{
		{"organisation", []part{{oidCountry, 0, "VN"}, {oidCommonName, 0, "CÔNG TY CỔ PHẦN THỬ NGHIỆM"}, {oidUID, 0, "MST:0100000000"}},
			Identity{Kind: Organization, Organization: "CÔNG TY CỔ PHẦN THỬ NGHIỆM", TaxCode: "0100000000"}},
		{"branch, space after the colon", []part{{oidCommonName, 0, "CHI NHÁNH"}, {oidUID, 0, "MST: 0100000000-001"}},
			Identity{Kind: Organization, Organization: "CHI NHÁNH", TaxCode: "0100000000-001"}},
		{"lower-case prefix", []part{{oidCommonName, 0, "A"}, {oidUID, 0, "mst:0100000000"}}, Identity{Kind: Organization, Organization: "A", TaxCode: "0100000000"}},
		{"individual", []part{{oidCommonName, 0, "NGUYỄN VĂN A"}, {oidUID, 0, "CCCD:001099000001"}},
			Identity{Kind: Person, Person: "NGUYỄN VĂN A", PersonalID: "CCCD:001099000001"}},
		{"old identity card", []part{{oidCommonName, 0, "A"}, {oidUID, 0, "CMND:012345678"}}, Identity{Kind: Person, Person: "A", PersonalID: "CMND:012345678"}},
		{"passport", []part{{oidCommonName, 0, "A"}, {oidUID, 0, "HC:B1234567"}}, Identity{Kind: Person, Person: "A", PersonalID: "HC:B1234567"}},
		{"social insurance", []part{{oidCommonName, 0, "A"}, {oidUID, 0, "BHXH:0123456789"}}, Identity{Kind: Person, Person: "A", PersonalID: "BHXH:0123456789"}},
		{"person in an organisation, two UIDs", []part{{oidUID, 0, "MST:0100000000"}, {oidUID, 0, "CCCD:001099000001"}, {oidTitle, 0, "Giám đốc"}, {oidOrganization, 0, "CÔNG TY A"}, {oidCommonName, 0, "TRẦN THỊ B"}},
			Identity{Kind: Employee, Organization: "CÔNG TY A", Person: "TRẦN THỊ B", TaxCode: "0100000000", PersonalID: "CCCD:001099000001", Title: "Giám đốc"}},
		{"person whose organisation has no number", []part{{oidUID, 0, "CCCD:001099000001"}, {oidOrganization, 0, "CÔNG TY A"}, {oidCommonName, 0, "B"}},
			Identity{Kind: Employee, Organization: "CÔNG TY A", Person: "B", PersonalID: "CCCD:001099000001"}},
		{"organizationIdentifier", []part{{oidOrgID, 0, "VATVN-0100000000"}, {oidCommonName, 0, "A"}}, Identity{Kind: Organization, Organization: "A", TaxCode: "0100000000"}},
		{"both names of one number", []part{{oidOrgID, 0, "VATVN-0100000000"}, {oidUID, 0, "MST:0100000000"}, {oidCommonName, 0, "A"}},
			Identity{Kind: Organization, Organization: "A", TaxCode: "0100000000"}},
		{"two tax codes", []part{{oidUID, 0, "MST:0100000000"}, {oidUID, 0, "MST:0200000000"}, {oidCommonName, 0, "A"}},
			Identity{Kind: Organization, Organization: "A", TaxCode: "0100000000", Several: true}},
		{"branch without its hyphen, with another dash", []part{{oidCommonName, 0, "CN"}, {oidUID, 0, "MST:0100000000001"}, {oidOrgID, 0, "VATVN-0100000000\u2013001"}},
			Identity{Kind: Organization, Organization: "CN", TaxCode: "0100000000-001"}},
		{"head office and branch in one name", []part{{oidCommonName, 0, "CN"}, {oidUID, 0, "MST:0100000000"}, {oidUID, 0, "MST:0100000000-001"}},
			Identity{Kind: Organization, Organization: "CN", TaxCode: "0100000000", Several: true}},
		{"UID in one set", []part{{oidCommonName, 0, "B"}, {oidUID, 0, "CCCD:001099000001"}, {oidUID, 0, "BHXH:0123456789"}, {oidUID, 0, "HC:B1234567"}},
			Identity{Kind: Person, Person: "B", PersonalID: "CCCD:001099000001"}},
		{"prefix form in organizationIdentifier", []part{{oidOrgID, 0, "MST:0100000000"}, {oidCommonName, 0, "A"}}, Identity{Kind: Organization, Organization: "A", TaxCode: "0100000000"}},
		{"foreign VAT is no MST", []part{{oidOrgID, 0, "VATDE-123456789"}, {oidCommonName, 0, "A GmbH"}}, Identity{Kind: Organization, Organization: "A GmbH"}},
		{"foreign register", []part{{oidOrgID, 0, "NTRGB-12345678"}, {oidOrganization, 0, "A Ltd"}, {oidCommonName, 0, "Seal"}}, Identity{Kind: Organization, Organization: "Seal"}},
		{"an unknown prefix beside a tax code", []part{{oidUID, 0, "XYZ:1"}, {oidUID, 0, "MST:0100000000"}, {oidCommonName, 0, "A"}}, Identity{Kind: Organization, Organization: "A", TaxCode: "0100000000"}},
		{"an empty number beside the real one", []part{{oidUID, 0, "MST:"}, {oidUID, 0, "MST:0100000000"}, {oidCommonName, 0, "A"}}, Identity{Kind: Organization, Organization: "A", TaxCode: "0100000000"}},
		{"foreign person", []part{{oidGivenName, 0, "Ann"}, {oidSurname, 0, "Lee"}, {oidSerial, 0, "PASGB-123456"}, {oidCommonName, 0, "Ann Lee"}},
			Identity{Kind: Person, Person: "Ann Lee", PersonalID: "PAS:123456"}},
		{"foreign organisation", []part{{oidOrganization, 0, "Acme"}, {oidCommonName, 0, "ACME"}}, Identity{Kind: Organization, Organization: "Acme"}},
		{"a machine", []part{{oidOrganization, 0, "Acme"}, {oidCommonName, 0, "TSA 1"}}, Identity{Organization: "Acme"}},
		{"decomposed letters", []part{{oidCommonName, 0, "ê\u0323"}, {oidUID, 0, "CCCD:1"}}, Identity{Kind: Person, Person: "ệ", PersonalID: "CCCD:1"}},
		{"empty number", []part{{oidCommonName, 0, "A"}, {oidUID, 0, "MST:"}}, Identity{}},
		{"no prefix", []part{{oidCommonName, 0, "A"}, {oidUID, 0, "0100000000"}}, Identity{}},
		{"empty name", nil, Identity{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Parse(der(t, c.in...))
			if err != nil {
				t.Fatal(err)
			}
			got.IDs, got.CommonName, got.Country, got.Email, got.Unit = nil, "", "", "", ""
			if got.Kind != c.want.Kind || got.Organization != c.want.Organization || got.TaxCode != c.want.TaxCode || got.Person != c.want.Person ||
				got.PersonalID != c.want.PersonalID || got.Title != c.want.Title || got.Several != c.want.Several {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}

func TestIDs(t *testing.T) {
	got, err := Parse(der(t, part{oidUID, 0, "mst : 0100000000 - 001"}, part{oidUID, 0, "CCCD:001099000001"}, part{oidUID, 0, "anything"},
		part{oidOrgID, 0, "VATVN-0100000000-001"}, part{oidSerial, 0, "PASGB-1"}, part{oidSerial, 0, "internal-77"}, part{oidEmail, asn1.TagIA5String, "ke-toan@example.vn"}))
	if err != nil {
		t.Fatal(err)
	}
	want := []ID{{"MST", "", "0100000000-001", "mst : 0100000000 - 001"}, {"CCCD", "", "001099000001", "CCCD:001099000001"}, {"", "", "anything", "anything"},
		{"VAT", "VN", "0100000000-001", "VATVN-0100000000-001"}, {"PAS", "GB", "1", "PASGB-1"}}
	if !slices.Equal(got.IDs, want) || got.Several || got.Email != "ke-toan@example.vn" {
		t.Errorf("got %+v", got)
	}
}

func TestTaxCode(t *testing.T) {
	for in, want := range map[string]string{
		"0100000000": "0100000000", " 01000 00000 ": "0100000000", "0100000000-001": "0100000000-001", "0100000000 \u2013 001": "0100000000-001",
		"0100000000001": "0100000000-001", "001099000001": "001099000001", "": "", "abc": "abc", "0100000000-1": "0100000000-1",
	} {
		if got := TaxCode(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestSerial(t *testing.T) {
	for in, want := range map[string]string{"0": "00", "f": "0F", "5401010ab": "05401010AB", "54010A": "54010A", "-1": "-01"} {
		n, _ := new(big.Int).SetString(in, 16)
		if got := Serial(n); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
	if Serial(nil) != "" {
		t.Error("a missing number has no text")
	}
}

func TestFormat(t *testing.T) {
	bmp := ""
	for _, u := range utf16.Encode([]rune("Việt")) {
		bmp += string([]byte{byte(u >> 8), byte(u)})
	}
	for _, c := range []struct {
		name string
		in   []part
		want string
	}{
		{"order", []part{{oidCountry, asn1.TagPrintableString, "VN"}, {oidOrganization, 0, "A"}, {oidCommonName, 0, "B"}}, "CN=B,O=A,C=VN"},
		{"specials", []part{{oidCommonName, 0, ` #a,b+c"d\e<f>g;h=i `}}, `CN=\ #a\,b\+c\"d\\e\<f\>g\;h\=i\ `},
		{"leading hash", []part{{oidCommonName, 0, "#1"}}, `CN=\#1`},
		{"BMPString", []part{{oidCommonName, 30, bmp}}, "CN=Việt"},
		{"TeletexString", []part{{oidCommonName, asn1.TagT61String, "caf\xe9"}}, "CN=café"},
		{"not text", []part{{oidCommonName, asn1.TagInteger, "\x05"}}, "CN=#020105"},
		{"unknown type", []part{{asn1.ObjectIdentifier{1, 2, 3}, 0, "x"}}, "1.2.3=x"},
		{"tax code", []part{{oidUID, 0, "MST:0100000000"}}, "UID=MST:0100000000"},
		{"D1: newline, ESC, bidi override, C1", []part{{oidCommonName, 0, "a\nb\x1b[2J\u202e\u009b"}}, `CN=a\0Ab\1B[2J\E2\80\AE\C2\9B`},
	} {
		t.Run(c.name, func(t *testing.T) {
			name, err := ParseName(der(t, c.in...))
			if got := name.String(); err != nil || got != c.want {
				t.Errorf("got  %s, %v\nwant %s", got, err, c.want)
			}
		})
	}
}

func TestBadNames(t *testing.T) {
	good := der(t, part{oidCommonName, 0, "A"})
	for name, in := range map[string][]byte{
		"nothing": nil, "not a sequence": {0x31, 0}, "trailing": append(append([]byte{}, good...), 0), "truncated": good[:len(good)-1],
		"an empty set": {0x30, 2, 0x31, 0}, "too many": der(t, make([]part, 0)...),
	} {
		if name == "too many" {
			parts := make([]part, 300)
			for i := range parts {
				parts[i] = part{oidCommonName, 0, "A"}
			}
			in = der(t, parts...)
		}
		_, err := ParseName(in)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzName(f *testing.F) {
	f.Add(der(f, part{oidCommonName, 0, "NGUYỄN VĂN A"}, part{oidUID, 0, "CCCD:001099000001"}))
	f.Add(der(f, part{oidCommonName, 30, "\x1e"}, part{oidSerial, 0, "PASVN-1"}))
	f.Add([]byte{0x30, 0})
	f.Fuzz(func(t *testing.T, in []byte) {
		n, err := ParseName(in)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("%T", err)
			}
			return
		}
		n.Identity()
		if s := n.String(); strings.ContainsAny(s, "\n\r\x1b\x00") {
			t.Fatalf("unescaped: %q", s)
		}
	})
}
