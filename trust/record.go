package trust

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pki"
	"github.com/kyso-dev/kyso/internal/revoke"
)

// An evidence record is what a check was made with, kept to make the check again, offline and years later (Circular 15/2025/TT-BKHCN,
// articles 5.4 and 6.2). It is a ZIP archive, so that it is one file, replaced as a whole, and so that every archiver opens it and every
// tool of the field reads what is inside:
//
//	certificates/<SHA-256>.cer   X.509 certificates, DER
//	ocsp/<SHA-256>.ors           OCSP responses, DER
//	crl/<SHA-256>.crl            CRLs, DER
//	reports/<n>.json             what the check found, one report for each document
//
// Nothing in it is trusted for being there: it is evidence, of the same standing as what a document carries. The same evidence and
// reports at the same time give the same octets.

const (
	recordCertificates = "certificates"
	recordOCSP         = "ocsp"
	recordCRL          = "crl"
	recordReports      = "reports"
)

// WriteRecord writes an evidence record; reports are JSON, and at is the time that the entries carry. Errors are *[Error]: [CodeWrite].
func WriteRecord(w io.Writer, e *Evidence, reports [][]byte, at time.Time) error {
	var all Evidence
	all.Add(e)
	type entry struct {
		name string
		data []byte
	}
	var entries []entry
	add := func(folder, extension string, der []byte) {
		d := DigestOf(der)
		entries = append(entries, entry{folder + "/" + hex.EncodeToString(d[:]) + extension, der})
	}
	for _, c := range all.Certificates {
		add(recordCertificates, ".cer", c.Raw)
	}
	for _, der := range all.OCSPs {
		add(recordOCSP, ".ors", der)
	}
	for _, der := range all.CRLs {
		add(recordCRL, ".crl", der)
	}
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.name, b.name) })
	for i, report := range reports {
		entries = append(entries, entry{recordReports + "/" + strconv.Itoa(i+1) + ".json", report})
	}
	archive := zip.NewWriter(w)
	for _, one := range entries {
		f, err := archive.CreateHeader(&zip.FileHeader{Name: one.name, Method: zip.Deflate, Modified: at.UTC()})
		if err == nil {
			_, err = f.Write(one.data)
		}
		if err != nil {
			return fail(CodeWrite, err)
		}
	}
	if err := archive.Close(); err != nil {
		return fail(CodeWrite, err)
	}
	return nil
}

// ReadRecord reads an evidence record of size octets: the evidence, and the reports in their order. An entry that is not the one that
// its name promises is an error; entries of other folders are passed over. Errors are *[Error]: [CodeRecord], [CodeCertificate],
// [CodeTooLarge], [CodeTooMany].
func ReadRecord(src io.ReaderAt, size int64) (*Evidence, [][]byte, error) {
	archive, err := zip.NewReader(src, size)
	if err != nil {
		return nil, nil, fail(CodeRecord, err, "entry", "-")
	}
	if len(archive.File) > limits.RecordEntries {
		return nil, nil, fail(CodeTooMany, nil, "max", strconv.Itoa(limits.RecordEntries))
	}
	e := new(Evidence)
	reports := make(map[int][]byte)
	left := int64(limits.RecordSize)
	for _, f := range archive.File {
		folder, name, _ := strings.Cut(f.Name, "/")
		switch folder {
		case recordCertificates, recordOCSP, recordCRL, recordReports:
		default:
			continue
		}
		if name == "" || f.FileInfo().IsDir() {
			continue
		}
		data, err := readEntry(f, left)
		if err != nil {
			return nil, nil, err
		}
		left -= int64(len(data))
		stem := strings.TrimSuffix(name, path.Ext(name))
		if folder == recordReports {
			n, err := strconv.Atoi(stem)
			if err != nil || n < 1 || reports[n] != nil {
				return nil, nil, fail(CodeRecord, nil, "entry", f.Name)
			}
			reports[n] = data
			continue
		}
		if d := DigestOf(data); !strings.EqualFold(stem, hex.EncodeToString(d[:])) {
			return nil, nil, fail(CodeRecord, nil, "entry", f.Name)
		}
		switch folder {
		case recordCertificates:
			c, err := pki.ParseX509(data)
			if err != nil {
				return nil, nil, fail(CodeCertificate, err, "path", f.Name)
			}
			e.Certificates = append(e.Certificates, c)
		case recordOCSP:
			e.OCSPs = append(e.OCSPs, data)
		case recordCRL:
			e.CRLs = append(e.CRLs, data)
		}
	}
	ordered := make([][]byte, 0, len(reports))
	for n := 1; n <= len(reports); n++ {
		if reports[n] == nil {
			return nil, nil, fail(CodeRecord, nil, "entry", recordReports+"/"+strconv.Itoa(n)+".json")
		}
		ordered = append(ordered, reports[n])
	}
	return e, ordered, nil
}

// readEntry unpacks an entry of at most left octets, whatever size it announces.
func readEntry(f *zip.File, left int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, fail(CodeRecord, err, "entry", f.Name)
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, left+1))
	switch {
	case err != nil:
		return nil, fail(CodeRecord, err, "entry", f.Name)
	case int64(len(data)) > left:
		return nil, fail(CodeTooLarge, nil, "path", f.Name, "max", strconv.Itoa(limits.RecordSize))
	}
	return data, nil
}

// ReadEvidence reads certificates, OCSP responses and CRLs from a file, or from all files in a folder and the folders below it, and
// trusts none of them. A file named by itself must hold something of the kind; in a folder, files of another kind are passed over, but
// one at least must be there. Errors are *[Error].
func ReadEvidence(name string) (*Evidence, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fail(CodeRead, plain(err), "path", name)
	}
	if !info.IsDir() {
		return readEvidenceFile(name)
	}
	e := new(Evidence)
	files := 0
	err = filepath.WalkDir(name, func(at string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if info, err := os.Stat(at); err != nil || !info.Mode().IsRegular() { // links to folders are not followed, so there are no cycles
			return nil
		}
		if files++; files > limits.TrustFiles {
			return fail(CodeTooMany, nil, "max", strconv.Itoa(limits.TrustFiles))
		}
		one, err := readEvidenceFile(at)
		var why *Error
		switch {
		case err == nil:
			e.Add(one)
		case errors.As(err, &why) && why.Code() == string(CodeRead):
			return err
		}
		return nil
	})
	var why *Error
	switch {
	case errors.As(err, &why):
		return nil, why
	case err != nil:
		return nil, fail(CodeRead, plain(err), "path", name)
	case e.Empty():
		return nil, fail(CodeNoEvidence, nil, "path", name)
	}
	return e, nil
}

func readEvidenceFile(name string) (*Evidence, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fail(CodeRead, plain(err), "path", name)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limits.EvidenceFile+1))
	switch {
	case err != nil:
		return nil, fail(CodeRead, plain(err), "path", name)
	case len(data) > limits.EvidenceFile:
		return nil, fail(CodeTooLarge, nil, "path", name, "max", strconv.Itoa(limits.EvidenceFile))
	}
	e, err := ParseEvidence(data)
	var why *Error
	if errors.As(err, &why) && why.Code() == string(CodeNoEvidence) {
		return nil, fail(CodeNoEvidence, nil, "path", name)
	}
	return e, err
}

// ParseEvidence reads certificates, OCSP responses and CRLs from octets of any of their usual forms: DER, PEM (of the names that openssl
// and OASIS DSS tools write), PKCS#7 with certificates and revocation data, or an evidence record as [WriteRecord] makes it. Only the kind
// of each piece is looked at: whether it is authentic shows when a certificate is judged. Errors are *[Error].
func ParseEvidence(data []byte) (*Evidence, error) {
	if bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		e, _, err := ReadRecord(bytes.NewReader(data), int64(len(data)))
		return e, err
	}
	e := new(Evidence)
	if !bytes.Contains(data, []byte("-----BEGIN ")) {
		e.take(data)
	}
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		switch block.Type {
		case "CERTIFICATE", "X509 CERTIFICATE", "X509 CRL", "OCSP RESPONSE", "PKCS7", "CMS":
			e.take(block.Bytes)
		}
	}
	if e.Empty() {
		return nil, fail(CodeNoEvidence, nil, "path", "")
	}
	return e, nil
}

// take adds what a DER (or, for PKCS#7, BER) structure is, if it is evidence.
func (e *Evidence) take(der []byte) {
	if isOCSPResponse(der) {
		e.Add(&Evidence{OCSPs: [][]byte{bytes.Clone(der)}})
		return
	}
	if list, err := revoke.ParseCRL(der); err == nil {
		e.Add(&Evidence{CRLs: [][]byte{list.Raw}})
		return
	}
	if certs, err := parseRow(der); err == nil {
		e.Add(&Evidence{Certificates: certs})
		return
	}
	sd, err := cmsdata.Parse(der)
	if err != nil {
		return
	}
	e.Add(&Evidence{Certificates: sd.X509()})
	for _, choice := range sd.CRLs {
		if response, ok := cmsdata.OCSPResponse(choice); ok {
			e.Add(&Evidence{OCSPs: [][]byte{response}})
		} else if list, err := revoke.ParseCRL(choice); err == nil {
			e.Add(&Evidence{CRLs: [][]byte{list.Raw}})
		}
	}
}

// isOCSPResponse tells an OCSPResponse from the other structures: SEQUENCE { ENUMERATED, … } (RFC 6960, 4.2.1).
func isOCSPResponse(der []byte) bool {
	in := cryptobyte.String(der)
	var outer cryptobyte.String
	return in.ReadASN1(&outer, cbasn1.SEQUENCE) && in.Empty() && outer.PeekASN1Tag(cbasn1.ENUM)
}
