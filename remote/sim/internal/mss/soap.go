package mss

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
)

// readSOAP reads an envelope of either version. Wrappers and prefixes differ between servers, so the message is known by its own name.
func readSOAP(data []byte) (*Message, error) {
	root, err := Parse(data)
	if err != nil {
		return nil, err
	}
	r := new(reader)
	body, err := r.body(root)
	if err != nil {
		return nil, err
	}
	if fault := r.child(body, root.Space, "Fault"); fault.there() {
		return &Message{Answer: true, Fault: r.fault(fault, root.Space)}, nil
	}
	found, call, answer, err := only(body)
	if err != nil {
		return nil, err
	}
	m := r.message(found, call, answer)
	if r.twice {
		return nil, ErrShape
	}
	return m, nil
}

// MessageOf is the element of the message in an envelope, for who looks at it as a schema does.
func MessageOf(root *Element) (*Element, error) {
	body, err := new(reader).body(root)
	if err != nil {
		return nil, err
	}
	found, _, _, err := only(body)
	return found, err
}

// WrapperOf is the namespace of the operation's element in an envelope; "" where it has none, or is none.
func WrapperOf(data []byte) string {
	root, err := Parse(data)
	if err != nil {
		return ""
	}
	body, err := new(reader).body(root)
	if err != nil || len(body.Children) != 1 || strings.HasPrefix(body.Children[0].Space, Space) {
		return ""
	}
	return body.Children[0].Space
}

// body is the body of an envelope.
func (r *reader) body(root *Element) (*Element, error) {
	if root.Local != "Envelope" || root.Space != SOAP11 && root.Space != SOAP12 {
		return nil, ErrShape
	}
	return r.child(root, root.Space, "Body"), nil
}

// only is the one message in a body.
func only(body *Element) (found *Element, call Call, answer bool, err error) {
	seen := 0
	for _, wrapper := range body.Children {
		for _, e := range append([]*Element{wrapper}, wrapper.Children...) {
			for _, c := range Calls {
				for _, a := range []bool{false, true} {
					if e.Local == c.Element(a) && (e.Space == "" || e.Space == Space) {
						found, call, answer = e, c, a
						seen++
					}
				}
			}
		}
	}
	if seen != 1 {
		return nil, "", false, ErrShape
	}
	return found, call, answer, nil
}

func (r *reader) message(e *Element, call Call, answer bool) *Message {
	ap, mssp, status := r.path(e, "AP_Info"), r.path(e, "MSSP_Info"), r.path(e, "Status")
	m := &Message{
		Call: call, Answer: answer, Major: e.attr("MajorVersion"), Minor: e.attr("MinorVersion"), TransID: e.attr("MSSP_TransID"),
		APID: ap.attr("AP_ID"), APPassword: ap.attr("AP_PWD"), APTransID: ap.attr("AP_TransID"), Instant: ap.attr("Instant"),
		MSSP: r.path(mssp, "MSSP_ID", "URI").value(), MSSPInstant: mssp.attr("Instant"),
		Mode: e.attr("MessagingMode"), TimeOut: e.attr("TimeOut"), Validity: e.attr("ValidityDate"), MSISDN: r.path(e, "MobileUser", "MSISDN").value(),
		Data: r.data(e, "DataToBeSigned"), Display: r.data(e, "DataToBeDisplayed"), Format: r.path(e, "MSS_Format", "mssURI").value(),
		Params: r.path(e, "Params").value(), Base64: r.path(e, "MSS_Signature", "Base64Signature").value(),
		Code: r.path(status, "StatusCode").attr("Value"), Text: r.path(status, "StatusMessage").value(),
	}
	if call == Receipt {
		m.Data = r.data(e, "Message")
	}
	if call == Profile {
		for _, c := range e.Children {
			if c.is(Space, "SignatureProfile") {
				m.Profiles = append(m.Profiles, r.path(c, "mssURI").value())
			}
		}
	} else {
		m.Profile = r.path(e, "SignatureProfile", "mssURI").value()
	}
	if call == Handshake {
		m.Settled = r.settled(e, answer)
	}
	if p := r.child(r.path(e, "MSS_Signature"), SpaceFiCom, "PKCS1"); p.there() {
		m.PKCS1, m.Base64, m.X509 = true, r.child(p, SpaceFiCom, "SignatureValue").value(), r.child(p, SpaceFiCom, "X509Certificate").value()
	}
	for _, c := range r.path(e, "AdditionalServices").Children {
		noSpam := r.child(c, SpaceFiCom, "NoSpamCode")
		m.Services = append(m.Services, Service{
			URI: r.path(c, "Description", "mssURI").value(), Lang: r.child(c, SpaceFiCom, "UserLang").value(),
			EventID: r.child(c, SpaceFiCom, "EventID").value(), NoSpam: noSpam.value(), Verify: noSpam.there() && noSpam.attr("verify") != "no",
		})
	}
	if call == Registration || call == Profile {
		e.find(func(c *Element) {
			if c.is(Space, "X509Certificate") || c.is(SpaceDS, "X509Certificate") {
				m.Certs = append(m.Certs, c.value())
			}
		})
	}
	return m
}

func (r *reader) settled(e *Element, answer bool) *Settled {
	methods := r.path(e, "SecureMethods")
	if !methods.there() {
		return nil
	}
	s := new(Settled)
	for _, name := range Methods {
		if v := methods.attr(name); v == "true" || v == "1" {
			s.Methods = append(s.Methods, name)
		}
	}
	list := func(name string) []string {
		var found []string
		for _, c := range r.path(e, name).Children {
			if uri := r.path(c, "mssURI"); uri.there() {
				c = uri
			}
			found = append(found, c.value())
		}
		return found
	}
	if answer {
		s.Service, s.AP, s.Algorithms = list("MatchingMSSPCertificates"), list("MatchingAPCertificates"), list("MatchingSigAlgList")
		return s
	}
	s.AP, s.Roots, s.Algorithms = list("Certificates"), list("RootCAs"), list("SignatureAlgList")
	return s
}

func (r *reader) data(e *Element, name string) *Data {
	d := r.path(e, name)
	if !d.there() {
		return nil
	}
	return &Data{d.attr("MimeType"), d.attr("Encoding"), d.Text()}
}

func (r *reader) fault(e *Element, space string) *Fault {
	f := new(Fault)
	if space == SOAP11 {
		code := r.child(e, "", "faultcode").value()
		f.Reason, f.Detail = r.child(e, "", "faultstring").value(), allText(r.child(e, "", "detail"))
		f.digits(code[strings.LastIndexByte(code, '.')+1:], f.Reason)
		f.Sender = strings.HasSuffix(code, "Client")
		r.child(e, "", "detail").find(func(c *Element) {
			if v := c.value(); strings.HasPrefix(v[strings.LastIndexByte(v, ':')+1:], "_") { // other digits may be anything
				f.digits(v)
			}
		})
		return f
	}
	code := r.child(e, space, "Code")
	f.Sender = strings.HasSuffix(r.child(code, space, "Value").value(), "Sender")
	f.Reason, f.Detail = r.child(r.child(e, space, "Reason"), space, "Text").value(), allText(r.child(e, space, "Detail"))
	for sub := r.child(code, space, "Subcode"); sub.there(); sub = r.child(sub, space, "Subcode") {
		f.digits(r.child(sub, space, "Value").value())
	}
	return f
}

func allText(e *Element) string {
	var words []string
	e.find(func(c *Element) {
		if v := c.value(); v != "" {
			words = append(words, v)
		}
	})
	return strings.Join(words, " ")
}

// writer writes XML; everything that is not a name of ours goes through escape.
type writer struct{ bytes.Buffer }

func escape(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a buffer does not fail
	return b.String()
}

// tag is a start tag; pairs are attributes, of which the empty ones are left out.
func (w *writer) tag(name string, pairs ...string) *writer {
	w.WriteString("<" + name)
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			fmt.Fprintf(w, ` %s="%s"`, pairs[i], escape(pairs[i+1]))
		}
	}
	w.WriteString(">")
	return w
}

func (w *writer) end(names ...string) {
	for _, n := range names {
		w.WriteString("</" + n + ">")
	}
}

// leaf is an element with text, left out where there is none.
func (w *writer) leaf(name, text string) {
	if text != "" {
		w.tag(name).WriteString(escape(text))
		w.end(name)
	}
}

// uri is an element of mssURIType.
func (w *writer) uri(name, uri string) {
	if uri != "" {
		w.tag(name).leaf("m:mssURI", uri)
		w.end(name)
	}
}

func (w *writer) data(name string, d *Data) {
	if d != nil {
		w.tag(name, "MimeType", d.MimeType, "Encoding", d.Encoding).WriteString(escape(d.Text))
		w.end(name)
	}
}

// writeSOAP writes the envelope. In RPC/literal style the message stands in no namespace and its content in that of its type (WS-I
// Basic Profile 1.1, R2735); the wrapper has the namespace that the binding names, which is mostly none.
func (f Form) writeSOAP(m *Message) []byte {
	w := new(writer)
	w.WriteString(`<?xml version="1.0" encoding="UTF-8"?>`)
	space := f.Envelope
	if space == "" {
		space = SOAP12
	}
	w.tag("e:Envelope", "xmlns:e", space, "xmlns:m", Space, "xmlns:fi", SpaceFiCom).tag("e:Body")
	if m.Fault != nil {
		f.writeFault(w, m.Fault, space)
	} else {
		wrapper := string(m.Call)
		if m.Answer {
			wrapper += "Response"
		}
		if f.Wrapper != "" {
			w.tag("w:"+wrapper, "xmlns:w", f.Wrapper)
			wrapper = "w:" + wrapper
		} else {
			w.tag(wrapper)
		}
		f.writeMessage(w, m)
		w.end(wrapper)
	}
	w.end("e:Body", "e:Envelope")
	return w.Bytes()
}

func (f Form) writeMessage(w *writer, m *Message) {
	name := m.Call.Element(m.Answer)
	w.tag(name, "MajorVersion", m.Major, "MinorVersion", m.Minor, "MSSP_TransID", m.TransID, "MessagingMode", m.Mode, "TimeOut", m.TimeOut, "ValidityDate", m.Validity)
	// AP_PWD is required, and may be empty.
	fmt.Fprintf(w, `<m:AP_Info AP_ID="%s" AP_TransID="%s" AP_PWD="%s" Instant="%s"/>`, escape(m.APID), escape(m.APTransID), escape(m.APPassword), escape(m.Instant))
	w.tag("m:MSSP_Info", "Instant", m.MSSPInstant).tag("m:MSSP_ID").leaf("m:URI", m.MSSP)
	w.end("m:MSSP_ID", "m:MSSP_Info")
	if m.MSISDN != "" {
		w.tag("m:MobileUser").leaf("m:MSISDN", m.MSISDN)
		w.end("m:MobileUser")
	}
	if m.Call == Receipt && !m.Answer {
		w.data("m:Message", m.Data)
	} else {
		w.data("m:DataToBeSigned", m.Data)
	}
	w.data("m:DataToBeDisplayed", m.Display)
	w.settled(m)
	w.leaf("m:Params", m.Params)
	w.signature(m)
	if f.FormatFirst {
		w.uri("m:MSS_Format", m.Format)
	}
	w.uri("m:SignatureProfile", m.Profile)
	for _, p := range m.Profiles {
		w.uri("m:SignatureProfile", p)
	}
	w.services(m.Services)
	if !f.FormatFirst {
		w.uri("m:MSS_Format", m.Format)
	}
	w.status(m)
	w.end(name)
}

func (w *writer) signature(m *Message) {
	if m.Base64 == "" {
		return
	}
	w.tag("m:MSS_Signature")
	if m.PKCS1 {
		w.tag("fi:PKCS1").leaf("fi:SignatureValue", m.Base64)
		w.leaf("fi:X509Certificate", m.X509)
		w.end("fi:PKCS1")
	} else {
		w.leaf("m:Base64Signature", m.Base64)
	}
	w.end("m:MSS_Signature")
}

func (w *writer) settled(m *Message) {
	s := m.Settled
	if s == nil {
		return
	}
	w.WriteString("<m:SecureMethods")
	for _, name := range Methods {
		fmt.Fprintf(w, ` %s="%t"`, name, slices.Contains(s.Methods, name))
	}
	w.WriteString("/>")
	list := func(name, item string, values []string) {
		w.tag("m:" + name)
		for _, v := range values {
			if item == "m:Algorithm" {
				w.uri(item, v)
			} else {
				w.leaf(item, v)
			}
		}
		w.end("m:" + name)
	}
	if m.Answer {
		list("MatchingMSSPCertificates", "m:Certificate", s.Service)
		list("MatchingAPCertificates", "m:Certificate", s.AP)
		list("MatchingSigAlgList", "m:Algorithm", s.Algorithms)
		return
	}
	list("Certificates", "m:Certificate", s.AP)
	list("RootCAs", "m:DN", s.Roots)
	list("SignatureAlgList", "m:Algorithm", s.Algorithms)
}

func (w *writer) services(list []Service) {
	if len(list) == 0 {
		return
	}
	w.tag("m:AdditionalServices")
	for _, s := range list {
		w.tag("m:Service").uri("m:Description", s.URI)
		w.leaf("fi:UserLang", s.Lang)
		w.leaf("fi:EventID", s.EventID)
		if s.NoSpam != "" {
			verify := "no"
			if s.Verify {
				verify = "yes"
			}
			w.tag("fi:NoSpamCode", "verify", verify).WriteString(escape(s.NoSpam))
			w.end("fi:NoSpamCode")
		}
		w.end("m:Service")
	}
	w.end("m:AdditionalServices")
}

func (w *writer) status(m *Message) {
	if m.Code == "" {
		return
	}
	w.tag("m:Status").tag("m:StatusCode", "Value", m.Code).end("m:StatusCode")
	w.leaf("m:StatusMessage", m.Text)
	if m.Call == Profile && len(m.Certs) > 0 {
		w.tag("m:StatusDetail").tag("x:ProfileQueryExtension", "xmlns:x", SpaceExt, "xmlns:ds", SpaceDS).tag("x:Sscds").tag("x:Sim")
		w.leaf("x:State", "ACTIVE")
		w.tag("x:MobileUserCertificate", "State", "ACTIVE", "Algorithm", "RSA")
		for i, c := range m.Certs {
			w.leaf("ds:X509Certificate", c)
			if i < len(m.Subjects) {
				w.leaf("ds:X509SubjectName", m.Subjects[i])
			}
		}
		w.end("x:MobileUserCertificate", "x:Sim", "x:Sscds", "x:ProfileQueryExtension", "m:StatusDetail")
	}
	w.end("m:Status")
	if m.Call != Registration {
		return
	}
	for i, c := range m.Certs {
		switch {
		case m.ExtraCert:
			w.tag("m:CertificateResponse").leaf("m:X509Certificate", c)
			w.end("m:CertificateResponse")
		case i == 0: // the schema has room for one
			w.leaf("m:X509Certificate", c)
		}
	}
}

func (f Form) writeFault(w *writer, fault *Fault, space string) {
	prefix := "m:_"
	if f.Bare {
		prefix = "fi:"
	}
	code := func(n int) string { return fmt.Sprintf("%s%d", prefix, n) }
	w.tag("e:Fault")
	if space == SOAP11 {
		f.writeFault11(w, fault, code)
		return
	}
	value := "e:Receiver"
	if fault.Sender != f.NoReceiver {
		value = "e:Sender"
	}
	w.tag("e:Code").leaf("e:Value", value)
	w.tag("e:Subcode").leaf("e:Value", code(fault.Code))
	if fault.Sub != 0 {
		w.tag("e:Subcode").leaf("e:Value", code(fault.Sub))
		w.end("e:Subcode")
	}
	w.end("e:Subcode", "e:Code")
	w.tag("e:Reason").tag("e:Text", "xml:lang", "en").WriteString(escape(fault.Reason))
	w.end("e:Text", "e:Reason")
	if f.Roles {
		w.leaf("e:Node", "http://hmssp.test")
		w.leaf("e:Role", "http://uri.etsi.org/TS102207/v1.1.3#role_HomeMSSP")
	}
	if fault.Detail != "" {
		w.tag("e:Detail").leaf("m:text", fault.Detail)
		w.end("e:Detail")
	}
	w.end("e:Fault")
}

// writeFault11 is writeFault in SOAP 1.1.
func (f Form) writeFault11(w *writer, fault *Fault, code func(int) string) {
	side := "e:Server"
	if fault.Sender != f.NoReceiver {
		side = "e:Client"
	}
	if !f.InDetail {
		side = code(fault.Code)
	}
	w.leaf("faultcode", side)
	w.leaf("faultstring", fault.Reason)
	if f.Roles {
		w.leaf("faultactor", "http://uri.etsi.org/TS102207/v1.1.3#role_HomeMSSP")
	}
	if fault.Detail != "" || f.InDetail {
		w.tag("detail")
		if f.InDetail {
			w.leaf("m:code", code(fault.Code))
			if fault.Sub != 0 {
				w.leaf("m:code", code(fault.Sub))
			}
		}
		w.leaf("m:text", fault.Detail)
		w.end("detail")
	}
	w.end("e:Fault")
}
