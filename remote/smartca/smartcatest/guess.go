package smartcatest

import "time"

// Guesses are the switches of what nobody knows about the live service. The zero value is the likeliest reading. A test that passes
// with a switch either way has not shown what the service does; it has shown that it does not matter.
type Guesses struct {
	// AcceptDuplicates: a transaction_id that was used before opens a transaction of its own. Otherwise it is refused with 400.
	AcceptDuplicates bool

	// ByTranCode: the status can be asked for by tran_code as well as by transaction_id.
	ByTranCode bool

	// OtherStatusID: answers of status carry an id of the service's own. The document's sample does.
	OtherStatusID bool

	// NoExpiredText: a transaction whose time is over goes on saying that it waits. Otherwise the message is EXPIRED.
	NoExpiredText bool

	// ErrorsInBody: 401, 403 and 500 come with HTTP 200 and stand in status_code. Otherwise they are the HTTP status too.
	ErrorsInBody bool

	// NoCertificateIsError: an account without a certificate answers 401. Otherwise the list is empty.
	NoCertificateIsError bool

	// AcceptUpperCase: hexadecimal in capital letters is taken.
	AcceptUpperCase bool

	// TellLifetime: sign and status say in expired_in how many seconds are left.
	TellLifetime bool

	// SignedFiles: signatures stand in signed_files, as in calls to the webhook, and not in signatures.
	SignedFiles bool

	// UnknownIsWaiting: the status of a transaction that there is not reads as waiting. Otherwise it is 400.
	UnknownIsWaiting bool

	// WaitingText is the message of a status that waits; "": sig_wait_for_user_confirm.
	WaitingText string

	// ShortCertificates: get_certificate answers in the short form of the TH sample.
	ShortCertificates bool

	// NoStatusCode: cert_status_code is missing, as in the document's table of fields.
	NoStatusCode bool

	// NoRoot: chain_data.root_cert is null.
	NoRoot bool

	// BrokenLines: cert_data holds CR and LF.
	BrokenLines bool

	// Pace: a transaction that is looked at more often than this gets 429. 0: as often as one likes.
	Pace time.Duration

	// Window: one-time codes of so many steps of 30 seconds before and after are taken too.
	Window int

	// WrongOTP is the status of a wrong one-time code; 0: 1003.
	WrongOTP int

	// SuccessIsOne: the OAuth2 interface says 1 for success, as some of its tables do.
	SuccessIsOne bool
}

// signaturesName is the member in which signatures stand.
func (g Guesses) signaturesName() string {
	if g.SignedFiles {
		return "signed_files"
	}
	return "signatures"
}

// Webhook is where and how the server calls the application. The live service does so after a signature; whether it does in other
// cases, or twice, is not known.
type Webhook struct {
	URL      string
	EveryEnd bool // refused and expired too
	Early    bool // before the answer to sign
	Times    int  // how often; 0: once
}
