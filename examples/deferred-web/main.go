// Deferred-web is a small web site: one page takes a PDF, another shows how its signature stands while somebody confirms on a phone, and
// gives the signed file when it is there. No request waits for the phone. By itself it plays the visitor too; with -ask you are the
// visitor and the subscriber, in two windows of a browser.
//
//	go run ./examples/deferred-web
//	go run ./examples/deferred-web -ask
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"html/template"
	"io"
	"log"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/kyso-dev/kyso"
	"github.com/kyso-dev/kyso/internal/demodoc"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/smartca"
	"github.com/kyso-dev/kyso/remote/smartca/smartcatest"
	"github.com/kyso-dev/kyso/signer"
)

// maxUpload bounds what a visitor sends.
const maxUpload = 32 << 20

// site is the web site. Its jobs live as long as the process; example smartca-webhook shows how they outlive it.
type site struct {
	client *remote.Client
	dir    string

	mu   sync.Mutex
	jobs map[string]*job
}

// job is one document on its way.
type job struct {
	Name     string
	document []byte
	prepared *pdf.PreparedSignature
	Left     time.Duration // as far as the last look has told
	Control  string
	Path     string // of the signed file
	Failed   string // in the visitor's language
}

var page = template.Must(template.New("").Parse(`<!doctype html><html lang="vi"><meta charset="utf-8"><title>Ký hồ sơ</title>
{{if not .}}<h1>Ký hồ sơ</h1><form method="post" action="/sign" enctype="multipart/form-data"><input type="file" name="pdf" accept="application/pdf" required> <button>Gửi đi ký</button></form>
{{else if .Path}}<h1>{{.Name}}</h1><p id="done">Đã ký. <a href="?file">Tải về</a></p>
{{else if .Failed}}<h1>{{.Name}}</h1><p id="failed">{{.Failed}}</p><p><a href="/">Gửi lại</a></p>
{{else}}<meta http-equiv="refresh" content="2"><h1>{{.Name}}</h1><p id="waiting">Hãy xác nhận trên điện thoại. Còn {{.Left}}.</p>{{end}}</html>`))

func (s *site) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { _ = page.Execute(w, nil) })
	mux.HandleFunc("POST /sign", s.sign)
	mux.HandleFunc("GET /jobs/{id}", s.job)
	return mux
}

// sign prepares what was sent and asks for the signature.
func (s *site) sign(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
	file, header, err := r.FormFile("pdf")
	if err != nil {
		http.Error(w, "no file, or too large", http.StatusBadRequest)
		return
	}
	defer file.Close()
	document, err := io.ReadAll(file)
	if err != nil {
		http.Error(w, "the file did not arrive", http.StatusBadRequest)
		return
	}
	id, err := s.ask(r.Context(), filepath.Base(header.Filename), document)
	if err != nil {
		http.Error(w, kyso.Explain(err, kyso.Vietnamese), http.StatusUnprocessableEntity)
		return
	}
	http.Redirect(w, r, "/jobs/"+id, http.StatusSeeOther)
}

func (s *site) ask(ctx context.Context, name string, document []byte) (string, error) {
	chain, err := s.client.Certificates(ctx)
	if err != nil {
		return "", err
	}
	prepared, err := pdf.Prepare(ctx, bytes.NewReader(document), int64(len(document)), chain, &pdf.Options{Title: name})
	if err != nil {
		return "", err
	}
	op, err := s.client.Start(ctx, []signer.Request{prepared.Request()}, &remote.StartOptions{Text: name})
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.jobs[op.ID] = &job{Name: name, document: document, prepared: prepared, Left: 5 * time.Minute}
	return op.ID, nil
}

// job shows how a signature stands. The id of the operation is not to be guessed: it is the visitor's ticket.
func (s *site) job(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	_ = s.client.Notify(r.Context(), id) // one look, and not more often than once a second; what comes of it is told by events
	s.mu.Lock()
	j := s.jobs[id]
	var seen job
	if j != nil {
		seen = *j
	}
	s.mu.Unlock()
	switch {
	case j == nil:
		http.NotFound(w, r)
	case r.URL.Query().Has("file") && seen.Path != "":
		w.Header().Set("Content-Type", "application/pdf")
		http.ServeFile(w, r, seen.Path)
	default:
		_ = page.Execute(w, seen)
	}
}

// event keeps the jobs up to date.
func (s *site) event(e remote.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j := s.jobs[e.Operation.ID]
	if j == nil {
		return
	}
	j.Left = e.Left.Round(time.Second)
	switch e.Kind {
	case remote.EventSigned:
		if err := s.finish(j, e.Operation); err != nil {
			j.Failed = kyso.Explain(err, kyso.Vietnamese)
		}
	case remote.EventEnded:
		j.Failed = kyso.Explain(e.Err, kyso.Vietnamese) // refused, expired, …
	}
}

func (s *site) finish(j *job, op remote.Operation) error {
	var signed bytes.Buffer
	err := j.prepared.Finish(context.Background(), &signed, bytes.NewReader(j.document), int64(len(j.document)), op.Signatures()[0], nil)
	if err != nil {
		return err
	}
	path := filepath.Join(s.dir, "web-"+op.ID+".pdf")
	if err := os.WriteFile(path, signed.Bytes(), 0o644); err != nil {
		return err
	}
	j.Path = path
	return nil
}

func main() {
	dir := flag.String("dir", "out", "folder to write to")
	ask := flag.Bool("ask", false, "be the visitor and the subscriber yourself")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *dir, *ask); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, dir string, ask bool) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	service, err := smartcatest.Start(nil)
	if err != nil {
		return err
	}
	defer service.Close()
	provider, err := smartca.New(service.Config(smartcatest.DemoID))
	if err != nil {
		return err
	}
	s := &site{dir: dir, jobs: make(map[string]*job)}
	s.client = remote.New(provider, &remote.Options{OnEvent: s.event})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	web := &http.Server{Handler: s.routes(), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = web.Serve(l) }()
	defer web.Close()
	url := "http://" + l.Addr().String()
	if ask {
		fmt.Printf("the site: %s\nthe phone: %s (PIN %s)\nend with Ctrl-C\n", url, service.Phone(smartcatest.DemoID), smartcatest.DemoPIN)
		<-ctx.Done()
		return nil
	}
	service.Change(smartcatest.DemoID, func(s *smartcatest.Subscriber) { s.User, s.Delay = smartcatest.Approve, 2*time.Second })
	return visit(ctx, url)
}

// visit is what a visitor's browser does.
func visit(ctx context.Context, url string) error {
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("pdf", "application.pdf")
	if err != nil {
		return err
	}
	if _, err := part.Write(demodoc.PDF("An application.")); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/sign", &form)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	for range 30 {
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
		_ = res.Body.Close()
		if err != nil {
			return err
		}
		switch {
		case strings.Contains(string(body), `id="done"`):
			fmt.Println("signed:", res.Request.URL)
			return nil
		case !strings.Contains(string(body), `id="waiting"`):
			return errors.New(res.Status + " " + string(body))
		}
		fmt.Println("waiting for the phone …")
		time.Sleep(1100 * time.Millisecond) // the page asks for a new look by itself
		if req, err = http.NewRequestWithContext(ctx, http.MethodGet, res.Request.URL.String(), nil); err != nil {
			return err
		}
	}
	return errors.New("nobody confirmed")
}
