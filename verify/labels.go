package verify

import (
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/xml"
	"github.com/kyso-dev/kyso/xml/einvoice"
)

// Words of the table; texts in internal/i18n.
const (
	wordPassed        finding.Code = "report.verdict.passed"
	wordFailed        finding.Code = "report.verdict.failed"
	wordIndeterminate finding.Code = "report.verdict.indeterminate"
	wordError         finding.Code = "report.verdict.error"
	wordUnsigned      finding.Code = "report.verdict.unsigned"

	labelDocument     finding.Code = "report.document"
	labelFormat       finding.Code = "report.format"
	labelJudged       finding.Code = "report.judged"
	labelPolicy       finding.Code = "report.policy"
	labelWhyNot       finding.Code = "report.reason-error"
	labelSignature    finding.Code = "report.signature"
	labelCounter      finding.Code = "report.counter"
	labelTimestamp    finding.Code = "report.timestamp"
	labelID           finding.Code = "report.id"
	labelField        finding.Code = "report.field"
	labelPath         finding.Code = "report.path"
	labelKind         finding.Code = "report.kind"
	labelSlot         finding.Code = "report.slot"
	labelPlace        finding.Code = "report.place"
	labelSigner       finding.Code = "report.signer"
	labelOrganization finding.Code = "report.organization"
	labelTaxCode      finding.Code = "report.tax-code"
	labelPersonalID   finding.Code = "report.personal-id"
	labelTitle        finding.Code = "report.title"
	labelSubject      finding.Code = "report.subject"
	labelIssuer       finding.Code = "report.issuer"
	labelSerial       finding.Code = "report.serial"
	labelValidity     finding.Code = "report.validity"
	labelValidThen    finding.Code = "report.valid-then"
	labelTrust        finding.Code = "report.trust"
	labelSignedAt     finding.Code = "report.signed-at"
	labelClaimed      finding.Code = "report.claimed"
	labelLevel        finding.Code = "report.level"
	labelAlgorithms   finding.Code = "report.algorithms"
	labelIntegrity    finding.Code = "report.integrity"
	labelValue        finding.Code = "report.value"
	labelCoverage     finding.Code = "report.coverage"
	labelSignedPart   finding.Code = "report.signed-part"
	labelLeftOut      finding.Code = "report.left-out"
	labelChanges      finding.Code = "report.changes"
	labelReason       finding.Code = "report.reason"
	labelRole         finding.Code = "report.role"
	labelCommitment   finding.Code = "report.commitment"
	labelLocation     finding.Code = "report.location"
	labelName         finding.Code = "report.name"
	labelContact      finding.Code = "report.contact"
	labelAuthority    finding.Code = "report.authority"
	labelTime         finding.Code = "report.time"
	labelCovered      finding.Code = "report.covered"
	labelConclusion   finding.Code = "report.conclusion"

	labelMeaning    finding.Code = "report.meaning"
	labelTodo       finding.Code = "report.todo"
	labelRevocation finding.Code = "report.revocation"

	todoReject  finding.Code = "report.todo.reject"
	todoAgain   finding.Code = "report.todo.again"
	todoOnline  finding.Code = "report.todo.online"
	todoLater   finding.Code = "report.todo.later"
	todoTrust   finding.Code = "report.todo.trust"
	todoContent finding.Code = "report.todo.content"
	todoRemarks finding.Code = "report.todo.remarks"

	revocationGood        finding.Code = "report.revocation.good"
	revocationRevoked     finding.Code = "report.revocation.revoked"
	revocationSuspended   finding.Code = "report.revocation.suspended"
	revocationUnknown     finding.Code = "report.revocation.unknown"
	revocationUnchecked   finding.Code = "report.revocation.could-not-check"
	revocationNotRequired finding.Code = "report.revocation.not-required"

	formatPDF       finding.Code = "report.format.pdf"
	formatCMS       finding.Code = "report.format.cms"
	formatXML       finding.Code = "report.format.xml"
	formatTimestamp finding.Code = "report.format.timestamp"
	formatUnknown   finding.Code = "report.format.unknown"

	kindOrganization finding.Code = "report.kind.organization"
	kindPerson       finding.Code = "report.kind.person"
	kindEmployee     finding.Code = "report.kind.employee"

	treeNational   finding.Code = "report.tree.national"
	treeGovernment finding.Code = "report.tree.government"
	treeOwn        finding.Code = "report.tree.own"
	treeNone       finding.Code = "report.tree.none"

	valueIntact  finding.Code = "report.intact"
	valueBroken  finding.Code = "report.broken"
	valueUnknown finding.Code = "report.unknown"

	extentWhole    finding.Code = "report.extent.whole"
	extentRevision finding.Code = "report.extent.revision"
	extentPart     finding.Code = "report.extent.part"
	extentNone     finding.Code = "report.extent.none"
	extentOf       finding.Code = "report.extent.of"

	changesNone       finding.Code = "report.changes.none"
	changesAllowed    finding.Code = "report.changes.allowed"
	changesSuspicious finding.Code = "report.changes.suspicious"
	whyChanged        finding.Code = "report.why.changed"
	changesUnknown    finding.Code = "report.changes.unknown"

	basisTimestamp finding.Code = "report.basis.timestamp"
	basisArchive   finding.Code = "report.basis.archive"
	basisClaimed   finding.Code = "report.basis.claimed"
	basisNow       finding.Code = "report.basis.now"

	slotSigned   finding.Code = "report.slot.signed"
	slotEmpty    finding.Code = "report.slot.empty"
	slotMissing  finding.Code = "report.slot.missing"
	slotRequired finding.Code = "report.slot.required"

	valueYes    finding.Code = "report.yes"
	valueNo     finding.Code = "report.no"
	valueFromTo finding.Code = "report.from-to"

	severityInfo    finding.Code = "report.severity.info"
	severityWarning finding.Code = "report.severity.warning"
	severityError   finding.Code = "report.severity.error"
)

// commitmentWords are the commitments that ETSI names.
var commitmentWords = map[string]finding.Code{
	xml.CommitmentOrigin: "report.commitment.origin", xml.CommitmentReceipt: "report.commitment.receipt", xml.CommitmentDelivery: "report.commitment.delivery",
	xml.CommitmentSender: "report.commitment.sender", xml.CommitmentApproval: "report.commitment.approval", xml.CommitmentCreation: "report.commitment.creation",
}

// kindWords and slotWords are the kinds of documents and the slots as people call them.
var (
	kindWords = map[einvoice.Kind]finding.Code{
		einvoice.Invoice:         "report.document.einvoice",
		einvoice.CashRegister:    "report.document.einvoice-cash-register",
		einvoice.Registration:    "report.document.registration",
		einvoice.ErrorNotice:     "report.document.error-notice",
		einvoice.AuthorityNotice: "report.document.authority-notice",
		einvoice.TechnicalReply:  "report.document.technical-reply",
		einvoice.InvoiceRequest:  "report.document.invoice-request",
		einvoice.SummaryTable:    "report.document.summary-table",
		einvoice.Withholding:     "report.document.withholding-certificate",
		einvoice.Envelope:        "report.document.envelope",
		einvoice.TaxFiling:       "report.document.tax-filing",
		einvoice.TaxRegistration: "report.document.tax-registration",
		einvoice.TaxReceipt:      "report.document.tax-receipt",
		einvoice.InsuranceForm:   "report.document.insurance-form",
		einvoice.InsuranceFile:   "report.document.insurance-file",
		einvoice.HealthData:      "report.document.health-data",
		einvoice.HealthCheckIn:   "report.document.health-check-in",
		einvoice.HealthCatalogue: "report.document.health-catalogue",
	}
	slotWords = map[einvoice.Slot]finding.Code{
		einvoice.NBan:       "report.slot.NBan",
		einvoice.NMua:       "report.slot.NMua",
		einvoice.CQT:        "report.slot.CQT",
		einvoice.CCKSKhac:   "report.slot.CCKSKhac",
		einvoice.NNT:        "report.slot.NNT",
		einvoice.TTCQT:      "report.slot.TTCQT",
		einvoice.TCTTNhap:   "report.slot.TCTTNhap",
		einvoice.CKSNNT:     "report.slot.CKSNNT",
		einvoice.CKyDTu:     "report.slot.CKyDTu",
		einvoice.Cky:        "report.slot.Cky",
		einvoice.CKyDvi:     "report.slot.CKy_Dvi",
		einvoice.CHUKYDONVI: "report.slot.CHUKYDONVI",
	}
)
