package simtest

import (
	"bytes"
	"crypto/subtle"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"time"

	"github.com/kyso-dev/kyso/internal/i18n"
)

//go:embed phone.html
var phoneHTML string

var phonePage = template.Must(template.New("phone").Parse(phoneHTML))

// view is what the page shows. Texts from outside are cleaned; the template escapes the rest.
type view struct {
	Number, Name, Notice string
	Off, Blocked         bool
	Text, ID, Left       string // of the request; Text "": none
	Done                 []string
	Numbers              []string
}

// notices are what the phone says after something was done.
var notices = map[string]string{
	"signed": "Đã ký.", "refused": "Đã từ chối.", "late": "Yêu cầu không còn hiệu lực.", "wrong": "Mã PIN không đúng.", "blocked": "Mã PIN đã bị khóa.",
}

func (s *Server) phoneRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /phone/{$}", func(w http.ResponseWriter, _ *http.Request) {
		v := view{}
		s.mu.Lock()
		for _, c := range s.sims {
			v.Numbers = append(v.Numbers, c.Number)
		}
		s.mu.Unlock()
		render(w, &v)
	})
	mux.HandleFunc("GET /phone/{number}", s.phoneShow)
	for action, f := range map[string]func(*SIM, *transaction, url.Values) string{
		"sign":   s.phoneSign,
		"refuse": func(_ *SIM, t *transaction, _ url.Values) string { s.fail(t, 401, 4011); return "refused" },
	} {
		mux.HandleFunc("POST /phone/{number}/"+action, s.phoneDo(f))
	}
	mux.HandleFunc("POST /phone/{number}/power", s.phonePower)
}

// sameSite keeps pages of other sites from pressing buttons.
func sameSite(w http.ResponseWriter, r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		http.Error(w, "cross-site", http.StatusForbidden)
		return false
	}
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	return r.ParseForm() == nil
}

// phoneDo acts on the request that the phone shows, if it is still the one that was seen.
func (s *Server) phoneDo(f func(*SIM, *transaction, url.Values) string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !sameSite(w, r) {
			return
		}
		s.mu.Lock()
		card, t, notice := s.card(r.PathValue("number")), s.shown(r.PathValue("number")), "late"
		if card != nil && t != nil && t.ID == r.PostForm.Get("id") {
			notice = f(card, t, r.PostForm)
		}
		s.mu.Unlock()
		if card == nil {
			http.NotFound(w, r)
			return
		}
		http.Redirect(w, r, "/phone/"+url.PathEscape(card.Number)+"?m="+notice, http.StatusSeeOther)
	}
}

// phoneSign is the PIN being entered.
func (s *Server) phoneSign(card *SIM, t *transaction, form url.Values) string {
	if subtle.ConstantTimeCompare([]byte(form.Get("pin")), []byte(card.PIN)) == 1 {
		card.wrong = 0
		s.signWith(t)
		return "signed"
	}
	if card.wrong++; card.wrong < wrongPINs {
		return "wrong"
	}
	card.Blocked = true
	s.fail(t, 402, 4021)
	return "blocked"
}

func (s *Server) phonePower(w http.ResponseWriter, r *http.Request) {
	if !sameSite(w, r) {
		return
	}
	number := r.PathValue("number")
	if !s.Change(number, func(c *SIM) { c.Off = r.PostForm.Get("off") == "1" }) {
		http.NotFound(w, r)
		return
	}
	http.Redirect(w, r, "/phone/"+url.PathEscape(number), http.StatusSeeOther)
}

func (s *Server) phoneShow(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	card := s.card(r.PathValue("number"))
	if card == nil {
		s.mu.Unlock()
		http.NotFound(w, r)
		return
	}
	v := view{Number: card.Number, Name: i18n.Clean(card.Name), Off: card.Off, Blocked: card.Blocked, Notice: notices[r.URL.Query().Get("m")]}
	if v.Notice == notices["wrong"] {
		v.Notice += fmt.Sprintf(" Còn %d lần thử.", wrongPINs-card.wrong)
	}
	if t := s.shown(card.Number); t != nil && !card.Off {
		v.Text, v.ID = i18n.Clean(t.Text), t.ID
		v.Left = fmt.Sprintf("%d giây", int(t.created.Add(t.timeOut).Sub(s.clock.Now())/time.Second))
	}
	for i := len(s.transactions) - 1; i >= 0 && len(v.Done) < 10; i-- {
		if t := s.transactions[i]; t.Number == card.Number && t.State != Waiting {
			state := "đã ký"
			if t.State == Failed {
				state = fmt.Sprintf("không ký (%d)", t.Code)
			}
			v.Done = append(v.Done, i18n.Clean(t.Text)+": "+state)
		}
	}
	s.mu.Unlock()
	render(w, &v)
}

func render(w http.ResponseWriter, v *view) {
	var out bytes.Buffer
	if err := phonePage.Execute(&out, v); err != nil {
		http.Error(w, "template", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	_, _ = out.WriteTo(w)
}
