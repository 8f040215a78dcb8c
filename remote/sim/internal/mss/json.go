package mss

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"

	"github.com/kyso-dev/kyso/internal/limits"
)

// object is a JSON object whose members are looked up by path; what is not there is empty.
type object map[string]any

func (o object) in(names ...string) object {
	for _, n := range names {
		o, _ = o[n].(map[string]any)
	}
	return o
}

// text is a member as text: services write numbers and truth values as strings or as they are.
func (o object) text(name string) string {
	switch v := o[name].(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

func (o object) list(name string) []any {
	switch v := o[name].(type) {
	case []any:
		return v
	case nil:
		return nil
	default:
		return []any{v}
	}
}

func readJSON(data []byte) (*Message, error) {
	if len(data) > limits.RemoteMessage {
		return nil, ErrTooLarge
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var root object
	if err := dec.Decode(&root); err != nil {
		return nil, ErrSyntax // its text may quote the message
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, ErrSyntax
	}
	if len(root) != 1 {
		return nil, ErrShape
	}
	if f := root.in("Fault"); f != nil {
		fault := &Fault{Reason: f.text("Reason"), Detail: f.text("Detail"), Sender: f.in("Code").text("Value") == "Sender"}
		for sub, n := f.in("Code", "SubCode"), 0; sub != nil && n < 4; sub, n = sub.in("SubCode"), n+1 {
			fault.digits(sub.text("Value"))
		}
		return &Message{Answer: true, Fault: fault}, nil
	}
	for _, c := range Calls {
		for _, answer := range []bool{false, true} {
			if o := root.in(c.Element(answer)); o != nil {
				return o.message(c, answer), nil
			}
		}
	}
	return nil, ErrShape
}

func (o object) message(call Call, answer bool) *Message {
	ap, mssp, status := o.in("AP_Info"), o.in("MSSP_Info"), o.in("Status")
	m := &Message{
		Call: call, Answer: answer, Major: o.text("MajorVersion"), Minor: o.text("MinorVersion"), TransID: o.text("MSSP_TransID"),
		APID: ap.text("AP_ID"), APPassword: ap.text("AP_PWD"), APTransID: ap.text("AP_TransID"), Instant: ap.text("Instant"),
		MSSP: mssp.in("MSSP_ID").text("URI"), MSSPInstant: mssp.text("Instant"), Mode: o.text("MessagingMode"), TimeOut: o.text("TimeOut"),
		MSISDN: o.in("MobileUser").text("MSISDN"), Data: o.data("DataToBeSigned"), Display: o.data("DataToBeDisplayed"),
		Format: o.text("MSS_Format"), Params: o.text("Params"), Base64: o.in("MSS_Signature").text("Base64Signature"),
		Code: status.in("StatusCode").text("Value"), Text: status.text("StatusMessage"),
	}
	if m.Mode == "asynch" {
		m.Mode = "asynchClientServer"
	}
	if call == Receipt {
		m.Data = o.data("Message")
	}
	if call != Profile {
		m.Profile = o.text("SignatureProfile")
	} else {
		for _, p := range o.list("SignatureProfile") {
			if s, ok := p.(string); ok {
				m.Profiles = append(m.Profiles, s)
			}
		}
		m.Certs = certificates(status.in("StatusDetail", "ProfileQueryExtension", "Sscds"), 0, nil)
	}
	for _, s := range o.list("AdditionalServices") {
		if so, ok := s.(map[string]any); ok {
			s := object(so)
			m.Services = append(m.Services, Service{URI: s.text("Description"), Lang: s.in("UserLang").text("Value")})
		}
	}
	return m
}

func (o object) data(name string) *Data {
	d := o.in(name)
	if d == nil {
		return nil
	}
	return &Data{d.text("MimeType"), d.text("Encoding"), d.text("Data")}
}

// certificates collects what stands under X509Certificate, wherever it is: a SIM and several apps each have their own.
func certificates(o object, depth int, found []string) []string {
	if depth > limits.RemoteDepth {
		return found
	}
	for _, name := range []string{"Sim", "App", "MobileUserCertificate"} {
		for _, v := range o.list(name) {
			if inner, ok := v.(map[string]any); ok {
				found = certificates(inner, depth+1, found)
			}
		}
	}
	for _, v := range o.list("X509Certificate") {
		if s, ok := v.(string); ok {
			found = append(found, s)
		}
	}
	return found
}

// put adds a member unless it is empty.
func (o object) put(name, text string) {
	if text != "" {
		o[name] = text
	}
}

func (o object) putData(name string, d *Data) {
	if d != nil {
		o[name] = object{"MimeType": d.MimeType, "Encoding": d.Encoding, "Data": d.Text}
	}
}

// writeJSON writes all values as strings, as the service has them.
func writeJSON(m *Message) []byte {
	root := object{}
	if f := m.Fault; f != nil {
		value := "Receiver"
		if f.Sender {
			value = "Sender"
		}
		sub := object{"Value": "_" + strconv.Itoa(f.Code), "ValueNs": Space}
		root["Fault"] = object{"Code": object{"Value": value, "ValueNs": SOAP12, "SubCode": sub}, "Reason": f.Reason, "Detail": f.Detail}
	} else {
		root[m.Call.Element(m.Answer)] = m.object()
	}
	data, err := json.Marshal(root)
	if err != nil {
		return nil // texts and objects of them do not fail
	}
	return data
}

func (m *Message) object() object {
	ap := object{"AP_ID": m.APID, "AP_TransID": m.APTransID, "Instant": m.Instant}
	if !m.Answer {
		ap["AP_PWD"] = m.APPassword
	}
	mssp := object{"MSSP_ID": object{"URI": m.MSSP}}
	mssp.put("Instant", m.MSSPInstant)
	o := object{"MajorVersion": m.Major, "MinorVersion": m.Minor, "AP_Info": ap, "MSSP_Info": mssp}
	o.put("MSSP_TransID", m.TransID)
	o.put("TimeOut", m.TimeOut)
	o.put("MSS_Format", m.Format)
	o.put("SignatureProfile", m.Profile)
	o.put("Params", m.Params)
	o.put("MessagingMode", m.Mode)
	if m.Mode == "asynchClientServer" {
		o["MessagingMode"] = "asynch"
	}
	if m.MSISDN != "" {
		o["MobileUser"] = object{"MSISDN": m.MSISDN}
	}
	if m.Call == Receipt {
		o.putData("Message", m.Data)
	} else {
		o.putData("DataToBeSigned", m.Data)
	}
	o.putData("DataToBeDisplayed", m.Display)
	if len(m.Profiles) > 0 {
		o["SignatureProfile"] = m.Profiles
	}
	if m.Base64 != "" {
		o["MSS_Signature"] = object{"Base64Signature": m.Base64}
	}
	var services []object
	for _, s := range m.Services {
		service := object{"Description": s.URI}
		if s.Lang != "" {
			service["UserLang"] = object{"Value": s.Lang}
		}
		services = append(services, service)
	}
	if services != nil {
		o["AdditionalServices"] = services
	}
	if m.Code != "" {
		status := object{"StatusCode": object{"Value": m.Code}}
		status.put("StatusMessage", m.Text)
		if m.Call == Profile && len(m.Certs) > 0 {
			cert := object{"Algorithm": "RSA", "State": "ACTIVE", "X509Certificate": m.Certs}
			if len(m.Subjects) > 0 {
				cert["X509SubjectName"] = m.Subjects
			}
			status["StatusDetail"] = object{"ProfileQueryExtension": object{"Sscds": object{"Sim": object{"State": "ACTIVE", "MobileUserCertificate": []object{cert}}}}}
		}
		o["Status"] = status
	}
	return o
}
