package smartcatest

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/internal/i18n"
)

//go:embed phone.html
var phoneHTML string

var phonePage = template.Must(template.New("phone").Parse(phoneHTML))

// notice is what the app says after something was done.
type notice string

// Notices.
const (
	doneSigned     notice = "signed"
	doneRefused    notice = "refused"
	tooLate        notice = "too-late"
	pinWrong       notice = "pin-wrong"
	pinLocked      notice = "pin-locked"
	pinRule        notice = "pin-rule"
	pinDiffers     notice = "pin-differs"
	codeUnknown    notice = "code-unknown"
	codeWrong      notice = "code-wrong"
	codeOld        notice = "code-old"
	codeSent       notice = "code-sent"
	identityWrong  notice = "identity-wrong"
	activated      notice = "activated"
	reactivated    notice = "reactivated"
	passwordRule   notice = "password-rule"
	passwordWrong  notice = "password-wrong"
	passwordNew    notice = "password-new"
	passwordSent   notice = "password-sent"
	notThisDevice  notice = "not-this-device"
	insecureDevice notice = "insecure-device"
)

// notices are the texts of the app.
var notices = map[notice]string{
	doneSigned:     "Đã ký thành công.",
	doneRefused:    "Bạn đã từ chối yêu cầu ký.",
	tooLate:        "Yêu cầu ký đã hết hạn hoặc không còn chờ xác nhận.",
	pinWrong:       "Mã PIN không đúng.",
	pinLocked:      "Bạn đã nhập sai mã PIN 3 lần. Chức năng ký tạm khóa trong 5 phút.",
	pinRule:        "Mã PIN phải gồm 6 chữ số, không được giống nhau hoặc liên tiếp (như 111111, 123456).",
	pinDiffers:     "Hai lần nhập mã PIN không giống nhau.",
	codeUnknown:    "Không tìm thấy tài khoản với số định danh này. Hãy kiểm tra số CCCD, hộ chiếu hoặc mã số thuế.",
	codeWrong:      "Mã kích hoạt không đúng. Hãy kiểm tra email hoặc tin nhắn mới nhất.",
	codeOld:        "Mã kích hoạt đã quá 48 giờ nên không còn hiệu lực. Hãy bấm “Gửi lại mã”.",
	codeSent:       "Đã gửi mã kích hoạt mới tới email của bạn. Mã cũ không còn hiệu lực.",
	identityWrong:  "Tài khoản cấp sai thông tin đã bị thu hồi. Tài khoản mới đã được tạo và mã kích hoạt mới đã được gửi.",
	activated:      "Kích hoạt tài khoản thành công. Bạn có thể ký số.",
	reactivated:    "Đã kích hoạt lại chứng thư số trên điện thoại này. Điện thoại cũ không còn dùng được.",
	passwordRule:   "Mật khẩu phải có ít nhất 8 ký tự, gồm chữ hoa, chữ thường, chữ số và ký tự đặc biệt.",
	passwordWrong:  "Mật khẩu hoặc mã xác nhận không đúng.",
	passwordNew:    "Đã đổi mật khẩu.",
	passwordSent:   "Đã gửi mã xác nhận tới email của bạn.",
	notThisDevice:  "Tài khoản đang được kích hoạt trên một thiết bị khác. Mỗi tài khoản chỉ dùng được trên một thiết bị.",
	insecureDevice: "Thiết bị đã bị can thiệp (root hoặc jailbreak). Vì lý do an toàn, ứng dụng không hoạt động trên thiết bị này.",
}

// good reports whether a notice is good news.
func (n notice) good() bool {
	return slices.Contains([]notice{doneSigned, activated, reactivated, passwordNew, codeSent, passwordSent}, n)
}

// device is the phone in hand, played by cookies: which of two it is, and what is wrong with it.
type device struct {
	ID       string
	Insecure bool // rooted or jailbroken
	NoPush   bool // push messages could not be registered
}

func deviceOf(r *http.Request) device {
	d := device{ID: "1"}
	if c, err := r.Cookie("kyso_device"); err == nil && c.Value == "2" {
		d.ID = "2"
	}
	has := func(name string) bool {
		c, err := r.Cookie(name)
		return err == nil && c.Value == "1"
	}
	d.Insecure, d.NoPush = has("kyso_insecure"), has("kyso_nopush")
	return d
}

// view is what a page shows. Its texts from outside are cleaned; the template escapes the rest.
type view struct {
	Page        string // name of the part of the template
	User        string
	Name        string
	SP          string
	Notice      string
	Good        bool
	Device      device
	Biometrics  bool
	Lock        string // how long the PIN is locked yet
	Requests    []asked
	Done        []done
	Step        int
	Confirmed   bool
	Identity    []string // name and number
	Certificate string
	Reason      string
	Mails       []string
	Document    *shown
	Subscribers []link
}

// Steps are those of an activation.
func (*view) Steps() []int { return []int{stepCode, stepPIN, stepCertificate, stepForm} }

type link struct{ ID, Name, State string }

type asked struct {
	ID, Text, Left string
	Documents      []row
}

type row struct{ ID, Name, Kind, Size, Digest string }

type done struct{ Text, When, State string }

type shown struct{ ID, Name, Content, Tran string }

func (s *Server) phoneRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /phone/{$}", s.phoneUsers)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/phone/", http.StatusFound) })
	mux.HandleFunc("GET /phone/{user}", s.phoneShow(""))
	for _, page := range []string{"mail", "password", "reactivate", "activate"} {
		mux.HandleFunc("GET /phone/{user}/"+page, s.phoneShow(page))
	}
	mux.HandleFunc("GET /phone/{user}/document", s.phoneShow("document"))
	for action, f := range map[string]func(*Server, *Subscriber, device, url.Values) notice{
		"confirm": (*Server).phoneConfirm, "refuse": (*Server).phoneRefuse, "code": (*Server).phoneCode, "resend": (*Server).phoneResend,
		"identity": (*Server).phoneIdentity, "pin": (*Server).phonePIN, "certificate": (*Server).phoneCertificate, "form": (*Server).phoneForm,
		"reactivate": (*Server).phoneReactivate, "forgot": (*Server).phoneForgot, "password": (*Server).phonePassword, "age": (*Server).phoneAge,
	} {
		mux.HandleFunc("POST /phone/{user}/"+action, s.phoneDo(f, map[string]string{"forgot": "password", "password": "password", "reactivate": "reactivate"}[action]))
	}
	mux.HandleFunc("POST /phone/{user}/device", s.phoneDevice)
}

// phoneDo does something and goes back to the page where it was asked for. Pages of other sites cannot do it.
func (s *Server) phoneDo(f func(*Server, *Subscriber, device, url.Values) notice, page string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
			http.Error(w, "cross-site", http.StatusForbidden)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		if err := r.ParseForm(); err != nil {
			http.Error(w, "form", http.StatusBadRequest)
			return
		}
		s.mu.Lock()
		sub := s.subscriber(r.PathValue("user"))
		s.mu.Unlock()
		if sub == nil {
			http.NotFound(w, r)
			return
		}
		n := f(s, sub, deviceOf(r), r.PostForm)
		to := "/phone/" + url.PathEscape(sub.ID)
		if page == "password" || page != "" && !n.good() {
			to += "/" + page
		}
		if n != "" {
			to += "?m=" + string(n)
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
	}
}

// phoneDevice changes which phone is in hand.
func (s *Server) phoneDevice(w http.ResponseWriter, r *http.Request) {
	for cookie, field := range map[string]string{"kyso_device": "device", "kyso_insecure": "insecure", "kyso_nopush": "nopush"} {
		value := r.PostFormValue(field)
		if value != "1" && value != "2" {
			value = "0"
		}
		http.SetCookie(w, &http.Cookie{Name: cookie, Value: value, Path: "/phone/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	}
	http.Redirect(w, r, "/phone/"+url.PathEscape(r.PathValue("user")), http.StatusSeeOther)
}

func (s *Server) phoneUsers(w http.ResponseWriter, _ *http.Request) {
	v := view{Page: "users", SP: i18n.Clean(s.opts.SPName)}
	s.mu.Lock()
	for _, sub := range s.subscribers {
		state := "đang hoạt động"
		if sub.Inactive {
			state = "chưa kích hoạt"
		}
		v.Subscribers = append(v.Subscribers, link{sub.ID, i18n.Clean(sub.Name), state})
	}
	s.mu.Unlock()
	render(w, &v)
}

// phoneShow shows a page of a subscriber's phone: the one asked for, unless the account or the device comes first.
func (s *Server) phoneShow(page string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		sub := s.subscriber(r.PathValue("user"))
		if sub == nil {
			s.mu.Unlock()
			http.NotFound(w, r)
			return
		}
		v := s.look(sub, page, deviceOf(r), r.URL.Query())
		s.mu.Unlock()
		if v.Page == "" {
			http.NotFound(w, r)
			return
		}
		render(w, v)
	}
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

// look fills a page. The server's lock is held.
func (s *Server) look(sub *Subscriber, page string, d device, q url.Values) *view {
	a := &sub.account
	now := s.clock.Now()
	n := notice(q.Get("m"))
	v := &view{
		User: sub.ID, Name: i18n.Clean(sub.Name), SP: i18n.Clean(s.opts.SPName), Notice: notices[n], Good: n.good(), Device: d, Biometrics: sub.Biometrics,
		Step: a.step, Confirmed: a.confirmed, Identity: []string{i18n.Clean(sub.Name), sub.ID}, Reason: a.reason,
	}
	if n == pinWrong {
		v.Notice += fmt.Sprintf(" Bạn còn %d lần thử.", wrongPINs-a.wrongPINs)
	}
	if now.Before(a.pinLocked) {
		v.Lock = left(a.pinLocked.Sub(now))
	}
	switch {
	case page == "mail":
		v.Page = "mail"
		for _, m := range slices.Backward(a.mails) {
			v.Mails = append(v.Mails, m.At.In(vietnam).Format("15:04 02/01/2006")+": "+m.Text)
		}
	case d.Insecure:
		v.Page, v.Notice, v.Good = "blocked", notices[insecureDevice], false
	case page == "password":
		v.Page = "password"
	case page == "reactivate" && !sub.Inactive:
		v.Page = "reactivate"
	case sub.Inactive || a.step > 0:
		v.Page = "activate"
		if len(sub.Certificates) > 0 {
			v.Certificate = i18n.Clean(sub.Certificates[0].Chain[0].Subject.CommonName)
		}
	case a.device != d.ID:
		v.Page, v.Notice, v.Good = "other-device", notices[notThisDevice], false
	case page == "document":
		s.showDocument(v, sub, q.Get("tran"), q.Get("doc"))
	default:
		v.Page = "requests"
		s.showRequests(v, sub, now)
	}
	return v
}

var vietnam = time.FixedZone("+07", 7*3600)

func (s *Server) showRequests(v *view, sub *Subscriber, now time.Time) {
	for _, t := range slices.Backward(s.transactions) {
		if t.owner != sub || t.byCode || len(v.Done) >= 10 {
			continue
		}
		s.advance(t)
		text := i18n.Clean(t.text)
		if t.state != Waiting {
			v.Done = append(v.Done, done{text, t.created.In(vietnam).Format("15:04:05 02/01/2006"), map[State]string{Signed: "Đã ký", Rejected: "Đã từ chối", Expired: "Hết hạn", KeyLost: "Không ký được", NotMade: "Không ký được"}[t.state]})
			continue
		}
		req := asked{ID: t.id, Text: text, Left: left(t.created.Add(Lifetime).Sub(now))}
		for _, d := range t.docs {
			r := row{ID: d.id, Name: i18n.Clean(d.id), Kind: i18n.Clean(strings.ToUpper(d.kind)), Digest: fmt.Sprintf("%x", d.digest)}
			if doc, ok := s.documents[d.id]; ok {
				r.Name, r.Size = i18n.Clean(doc.name), size(len(doc.content))
			}
			req.Documents = append(req.Documents, r)
		}
		v.Requests = append(v.Requests, req)
	}
}

// showDocument shows what is to be signed, where the page was given it.
func (s *Server) showDocument(v *view, sub *Subscriber, tran, id string) {
	t := s.byName[tran]
	shownDoc, ok := s.documents[id]
	if t == nil || t.owner != sub || !ok || !slices.ContainsFunc(t.docs, func(d doc) bool { return d.id == id }) {
		return
	}
	content := "(Không xem trước được loại tài liệu này.)"
	if strings.HasPrefix(shownDoc.kind, "text/") || shownDoc.kind == "application/xml" {
		var lines []string
		for line := range strings.SplitSeq(string(shownDoc.content[:min(len(shownDoc.content), 20_000)]), "\n") {
			lines = append(lines, i18n.Clean(strings.TrimRight(line, "\r")))
		}
		content = strings.Join(lines, "\n")
	}
	v.Page, v.Document = "document", &shown{id, i18n.Clean(shownDoc.name), content, tran}
}

func left(d time.Duration) string {
	n := int((d + time.Second - 1) / time.Second)
	if n < 60 {
		return strconv.Itoa(max(0, n)) + " giây"
	}
	return fmt.Sprintf("%d phút %02d giây", n/60, n%60)
}

func size(n int) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d byte", n)
	case n < 1_000_000:
		return strings.Replace(fmt.Sprintf("%.1f kB", float64(n)/1000), ".", ",", 1)
	}
	return strings.Replace(fmt.Sprintf("%.1f MB", float64(n)/1e6), ".", ",", 1)
}
