package cms_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/trust"
)

// archived is a file for the judges at one point of its life.
type archived struct {
	name     string
	raw      []byte
	attached bool
	level    string // as DSS names it
	signers  int
}

// archives signs in many ways at one level; the clock is that of the PKI.
func archives(t *testing.T, pki *testpki.PKI, level cms.Level) []archived {
	t.Helper()
	dss := "CAdES-BASELINE-" + strings.TrimPrefix(string(level), "B-")
	var all []archived
	for _, attached := range []bool{false, true} {
		suffix := map[bool]string{false: "detached", true: "attached"}[attached]
		for _, name := range []string{"signer", "ec"} {
			o := archive(pki)
			o.Level, o.Attached = level, attached
			all = append(all, archived{name + "-" + suffix, sign(t, pki, name, text, o), attached, dss, 1})
		}
		raw := sign(t, pki, "rsa3072", text, &cms.Options{Attached: attached, PSS: true})
		for _, name := range []string{"ec384", "person"} {
			var out bytes.Buffer
			content := text
			if attached {
				content = ""
			}
			require.NoError(t, cms.AddSignature(t.Context(), &out, raw, reader(content), pki.Signer(name), &cms.Options{Clock: pki.Now}))
			raw = out.Bytes()
		}
		a := archived{"three-" + suffix, raw, attached, dss, 3}
		a.extend(t, pki, level)
		all = append(all, a)
	}
	return all
}

func (a *archived) extend(t *testing.T, pki *testpki.PKI, level cms.Level) {
	t.Helper()
	content := text
	if a.attached {
		content = ""
	}
	a.raw = extend(t, pki, a.raw, level, content)
}

// judge asks DSS offline about all files at a time.
func judge(t *testing.T, f *folder, files []archived, at time.Time, check func(t *testing.T, a archived, answer map[string]any)) {
	t.Helper()
	args := []string{"validate", "--trust", f.path("root.pem"), "--content", f.path("text"), "--at", at.UTC().Format(time.RFC3339)}
	for _, a := range files {
		args = append(args, f.write(a.name+".p7s", a.raw))
	}
	answers := testtool.DSS(t, args...)
	require.Len(t, answers, len(files))
	for i, answer := range answers {
		check(t, files[i], answer)
	}
}

func passed(t *testing.T, a archived, answer map[string]any) {
	t.Helper()
	signatures, _ := answer["signatures"].([]any)
	require.Len(t, signatures, a.signers)
	for i := range signatures {
		require.Equal(t, a.level, testtool.Field(answer, "signatures", i, "format"), a.name)
		require.Equal(t, "TOTAL-PASSED", testtool.Field(answer, "signatures", i, "indication"), "%s: %v", a.name, testtool.Field(answer, "signatures", i))
		require.Empty(t, testtool.Field(answer, "signatures", i, "structural_errors"), a.name)
	}
}

// opensslVerifies has openssl check the signatures, trust apart.
func opensslVerifies(f *folder, a archived) {
	args := []string{"cms", "-verify", "-inform", "DER", "-in", f.path(a.name + ".p7s"), "-noverify", "-binary", "-out", f.path("out")}
	if !a.attached {
		args = append(args, "-content", f.path("text"))
	}
	testtool.Run(f.t, f.openssl, args...)
}

// TestDSSLongTerm has EU DSS judge B-LT files offline, now and when the signer's certificate has expired.
func TestDSSLongTerm(t *testing.T) {
	pki, _ := testpki.Start(t)
	f := newFolder(t, pki)
	files := archives(t, pki, cms.LevelBLT)
	judge(t, f, files, pki.Now().Add(time.Minute), passed)
	judge(t, f, files, pki.Now().AddDate(4, 0, 0), passed)
	for _, a := range files {
		opensslVerifies(f, a)
	}
}

// TestValidatorArchive is TestDSSArchive with the evidence that trust.Validator fetches over the network, and kept as the years go by.
func TestValidatorArchive(t *testing.T) {
	pki, _ := testpki.Start(t)
	birth := pki.Now()
	f := newFolder(t, pki)
	o := archive(pki)
	o.Collector = validator(t, pki)
	a := archived{"validator", sign(t, pki, "signer", text, o), false, "CAdES-BASELINE-LTA", 1}
	judge(t, f, []archived{a}, birth.Add(time.Minute), passed)
	for _, years := range []int{6, 13} {
		pki.SetTime(birth.AddDate(years, 0, 0))
		e := extendOptions(pki, cms.LevelBLTA, text)
		e.Collector = validator(t, pki)
		var out bytes.Buffer
		require.NoError(t, cms.Extend(t.Context(), &out, bytes.NewReader(a.raw), e), "after %d years", years)
		requireKept(t, a.raw, out.Bytes())
		a.raw = bytes.Clone(out.Bytes())
	}
	judge(t, f, []archived{a}, birth.AddDate(20, 0, 0), passed)
}

// TestValidatorLongTerm raises from B-B to B-LTA a year after signing and time-stamping, by what trust.Validator fetches, and refuses what it refuses.
func TestValidatorLongTerm(t *testing.T) {
	pki, server := testpki.Start(t)
	raw := sign(t, pki, "ec", text, &cms.Options{Attached: true, Level: cms.LevelBT, Timestamper: pki.TSAClient()})
	pki.SetTime(pki.Now().AddDate(1, 0, 0))
	o := extendOptions(pki, cms.LevelBLTA, "")
	o.Collector = validator(t, pki)
	var out bytes.Buffer
	require.NoError(t, cms.Extend(t.Context(), &out, bytes.NewReader(raw), o))
	s := requireClean(t, out.Bytes())
	requireCovered(t, s)
	require.Equal(t, cms.LevelBLTA, s.LevelWith(s.Evidence().Inventory(nil).Complete))

	// Every service that fails is a reason to refuse, unless another answers.
	for _, service := range []testpki.Service{testpki.OCSP, testpki.CRL} {
		server.Fault(service, testpki.Status500, true)
	}
	o.Collector = validator(t, pki)
	out.Reset()
	err := cms.Extend(t.Context(), &out, bytes.NewReader(raw), o)
	require.ErrorIs(t, err, codeErr(cms.CodeEvidence))
	require.Zero(t, out.Len())
	server.ClearFaults()
	require.NoError(t, pki.Revoke("ec", 1))
	o.Collector = validator(t, pki)
	require.NoError(t, cms.Extend(t.Context(), &out, bytes.NewReader(raw), o), "the time-stamp proves that it was made before the revocation")
	late := sign(t, pki, "ec", text, &cms.Options{Attached: true})
	require.ErrorIs(t, cms.Extend(t.Context(), io.Discard, bytes.NewReader(late), o), codeErr(cms.CodeEvidence))
}

// validator is a new trust.Validator over the services of the PKI, at its time.
func validator(t testing.TB, pki *testpki.PKI) *trust.Validator {
	t.Helper()
	store := trust.NewStore()
	require.NoError(t, store.Add(trust.Own, pki.Root()))
	return &trust.Validator{Store: store, Fetcher: &trust.HTTPFetcher{AllowPrivate: true}, Cache: &trust.Cache{}, Clock: pki.Now}
}

// TestDSSArchive has EU DSS judge B-LTA files offline over fourteen years, with refreshes by successive time-stamp authorities and without.
func TestDSSArchive(t *testing.T) {
	pki, _ := testpki.Start(t)
	birth := pki.Now()
	f := newFolder(t, pki)
	files := archives(t, pki, cms.LevelBLTA)
	alone := append([]archived(nil), files...)
	judge(t, f, files, birth.Add(time.Minute), passed)
	for _, years := range []int{6, 13} {
		pki.SetTime(birth.AddDate(years, 0, 0))
		for i := range files {
			files[i].extend(t, pki, cms.LevelBLTA)
		}
		judge(t, f, files, pki.Now().Add(time.Minute), passed)
	}
	judge(t, f, files, birth.AddDate(20, 0, 0), passed)
	for _, a := range files {
		opensslVerifies(f, a)
	}
	judge(t, f, alone, birth.AddDate(13, 0, 0), func(t *testing.T, a archived, answer map[string]any) {
		require.Equal(t, "INDETERMINATE", answer["indication"], a.name)
	})
}
