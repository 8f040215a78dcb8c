package csctest

import (
	"html/template"
	"net/http"
)

// page is what the user sees: what is asked of him, on one page for phone and browser alike. It works without scripts.
var page = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">{{if .Phone}}<meta http-equiv="refresh" content="3">{{end}}<title>CSC</title>
<style>body{font-family:sans-serif;max-width:30em;margin:2em auto;padding:0 1em}form{border:1px solid #999;border-radius:8px;padding:1em;margin:1em 0}button{font-size:1em;padding:.5em 1.5em;margin-right:1em}</style>
</head><body><h1>Yêu cầu ký / Requests to sign</h1>
{{range .List}}<form method="post" action="/act"><input type="hidden" name="id" value="{{.ID}}">
<p><b>{{if .Text}}{{.Text}}{{else}}—{{end}}</b></p><p>Khóa / Key: {{.Credential}} · Số chữ ký / Signatures: {{.Count}}</p>
<button name="what" value="approve">Đồng ý / Approve</button><button name="what" value="refuse">Từ chối / Refuse</button></form>
{{else}}<p>Không có yêu cầu nào. / Nothing to answer.</p>{{end}}</body></html>
`))

func (s *Server) servePage(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	_ = page.Execute(w, pageData{true, s.Pending()})
}

// pageData is what the page shows: on the phone, which looks again by itself, or in a browser that came with a request.
type pageData struct {
	Phone bool
	List  []Pending
}

// serveAct takes a click. The id of a request is not to be guessed, so that no other page can click for the user.
func (s *Server) serveAct(w http.ResponseWriter, r *http.Request) {
	id, what := r.PostFormValue("id"), User(r.PostFormValue("what"))
	if what != Approve && what != Refuse || !s.Act(id, what) {
		http.Error(w, "no such request", http.StatusNotFound)
		return
	}
	if to := s.browserAnswer(id); to != "" {
		http.Redirect(w, r, to, http.StatusSeeOther)
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
