package cms_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/internal/testtool"
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
