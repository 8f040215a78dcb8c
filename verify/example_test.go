package verify_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/trust"
	"github.com/kyso-dev/kyso/verify"
)

// The examples verify a contract that a company of the test PKI has signed on 2 January 2026.
func demo() (document []byte, roots *trust.Store, lists *trust.Evidence) {
	p, err := testpki.New(&testpki.Options{Now: time.Date(2026, 1, 2, 1, 0, 0, 0, time.UTC)})
	if err != nil {
		log.Fatal(err)
	}
	defer p.Close()
	var out bytes.Buffer
	opts := &cms.Options{Attached: true, Level: cms.LevelBT, Timestamper: p.TSAClient(), Clock: p.Now}
	if err := cms.Sign(context.Background(), &out, bytes.NewReader([]byte("Hợp đồng số 1")), p.Signer("signer"), opts); err != nil {
		log.Fatal(err)
	}
	roots = trust.NewStore()
	if err := roots.Add(trust.National, p.Root()); err != nil {
		log.Fatal(err)
	}
	lists = new(trust.Evidence)
	for _, authority := range []string{"root", "issuer"} {
		crl, err := p.CRL(authority)
		if err != nil {
			log.Fatal(err)
		}
		lists.CRLs = append(lists.CRLs, crl)
	}
	return out.Bytes(), roots, lists
}

func Example() {
	document, roots, lists := demo()
	verifier := &verify.Verifier{Trust: roots, Revocation: lists}
	report, err := verifier.Verify(context.Background(), bytes.NewReader(document), int64(len(document)),
		&verify.Options{Name: "hop-dong.p7m", At: time.Date(2026, 1, 2, 2, 0, 0, 0, time.UTC)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Indication)
	for _, s := range report.Signatures {
		fmt.Println(s.Level, s.Signer.Kind, s.Trust.Tree, s.Time.Basis, s.Time.Best.Format(time.RFC3339))
		for _, c := range s.Chain {
			fmt.Println(c.Revocation.Status, c.Revocation.Source, c.Revocation.Origin)
		}
	}
	// Output:
	// TOTAL-PASSED
	// B-T organization national timestamp 2026-01-02T01:00:00Z
	// good crl given
	// good crl given
	// not-required
}

// The facts of a report can be judged again: here without the revocation lists, so that nobody knows whether the certificates hold.
func ExampleVerifier_Judge() {
	document, roots, lists := demo()
	at := time.Date(2026, 1, 2, 2, 0, 0, 0, time.UTC)
	informed, ignorant := &verify.Verifier{Trust: roots, Revocation: lists}, &verify.Verifier{Trust: roots}
	report, err := informed.Verify(context.Background(), bytes.NewReader(document), int64(len(document)), &verify.Options{At: at})
	if err != nil {
		log.Fatal(err)
	}
	again, err := ignorant.Judge(context.Background(), report, at)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Indication)
	fmt.Println(again.Indication, again.Signatures[0].SubIndication)
	// Output:
	// TOTAL-PASSED
	// INDETERMINATE CERTIFICATE_CHAIN_GENERAL_FAILURE
}

// A document that cannot be judged has a report too, with the reason in it.
func ExampleReport_Text() {
	document := []byte(`<!DOCTYPE HDon><HDon/>`)
	var verifier verify.Verifier
	report, err := verifier.Verify(context.Background(), bytes.NewReader(document), int64(len(document)),
		&verify.Options{Name: "hoa-don.xml", At: time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)})
	if err == nil {
		log.Fatal("a document type is refused")
	}
	_ = report.Text(os.Stdout, verify.Vietnamese, false)
	fmt.Println("exit code", report.ExitCode())
	// Output:
	// Kết luận                KHÔNG ĐỌC ĐƯỢC
	//   Tài liệu              "hoa-don.xml"
	//   Định dạng             XML
	//   Thời điểm kiểm tra    07:00:00 05/01/2026 (GMT+7)
	//   Chính sách            default 1
	//   Lý do                 XML có khai báo kiểu tài liệu (DOCTYPE, byte thứ 0);
	//                         kyso không đọc vì khai báo này có thể làm thay đổi nội
	//                         dung tài liệu [xml.doctype]
	// exit code 4
}
