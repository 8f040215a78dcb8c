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
func demo() (document []byte, roots *trust.Store) {
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
	return out.Bytes(), roots
}

func Example() {
	document, roots := demo()
	verifier := &verify.Verifier{Trust: roots, Online: true}
	report, err := verifier.Verify(context.Background(), bytes.NewReader(document), int64(len(document)),
		&verify.Options{Name: "hop-dong.p7m", At: time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Indication)
	for _, s := range report.Signatures {
		fmt.Println(s.Level, s.Signer.Kind, s.Trust.Tree, s.Time.Basis, s.Time.Best.Format(time.RFC3339))
		for _, f := range s.Findings {
			fmt.Println(f.Severity, f.Code, f.Text(verify.Vietnamese))
		}
	}
	// Output:
	// TOTAL-PASSED
	// B-T organization national timestamp 2026-01-02T01:00:00Z
	// warning revocation.not-checked chưa kiểm tra chứng thư số có bị thu hồi hay không: phiên bản này chưa hỗ trợ kiểm tra thu hồi
}

// A document that cannot be judged has a report too, with the reason in it.
func ExampleReport_Text() {
	document := []byte(`<?xml version="1.0"?><HDon/>`)
	var verifier verify.Verifier
	report, err := verifier.Verify(context.Background(), bytes.NewReader(document), int64(len(document)),
		&verify.Options{Name: "hoa-don.xml", At: time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)})
	if err == nil {
		log.Fatal("XML is refused for now")
	}
	_ = report.Text(os.Stdout, verify.Vietnamese, false)
	fmt.Println("exit code", report.ExitCode())
	// Output:
	// Kết luận                KHÔNG ĐỌC ĐƯỢC
	//   Tài liệu              "hoa-don.xml"
	//   Định dạng             XML
	//   Thời điểm kiểm tra    2026-01-05T00:00:00Z
	//   Chính sách            default 1
	//   Lý do                 chưa hỗ trợ kiểm tra định dạng XML; hiện kiểm tra được
	//                         PDF, CMS và dấu thời gian [verify.format-not-yet]
	// exit code 4
}
