package i18n

var verify = map[string]Message{
	"verify.unknown-format": {
		En: "this is neither a PDF nor XML nor a CMS signature nor a time-stamp",
		Vi: "đây không phải là tệp PDF, XML, chữ ký CMS hay dấu thời gian",
	},
	"verify.empty": {
		En: "the file is empty",
		Vi: "tệp rỗng",
	},
	"verify.format-not-yet": {
		En: "the format {format} cannot be verified yet; PDF, XML, CMS and time-stamps can",
		Vi: "chưa hỗ trợ kiểm tra định dạng {format}; hiện kiểm tra được PDF, XML, CMS và dấu thời gian",
	},
	"verify.bad-pem": {
		En: "the PEM text is damaged",
		Vi: "nội dung PEM bị hỏng",
	},
	"verify.read": {
		En: "the document could not be read",
		Vi: "không đọc được tài liệu",
	},
	"verify.read-content": {
		En: "the content that the signature is about could not be read",
		Vi: "không đọc được nội dung mà chữ ký bảo vệ",
	},
	"verify.unknown-policy": {
		En: "there is no policy named {policy}; there are default, gdt and tt15",
		Vi: "không có chính sách kiểm tra nào tên là {policy}; chỉ có default, gdt và tt15",
	},
	"verify.unknown-indication": {
		En: "there is no indication named {name}",
		Vi: "không có kết luận nào tên là {name}",
	},
	"verify.cancelled": {
		En: "verification was stopped before it ended",
		Vi: "việc kiểm tra đã bị dừng trước khi hoàn tất",
	},
	"verify.report": {
		En: "the report could not be written",
		Vi: "không ghi được báo cáo",
	},

	// findings
	"revocation.later": {
		En: "the certificate of {subject} was revoked at {at}, after what it signed is proved to have existed: the revocation does not count",
		Vi: "chứng thư số của {subject} bị thu hồi lúc {at}, sau thời điểm đã chứng minh được là chữ ký đã tồn tại, nên việc thu hồi không ảnh hưởng đến chữ ký này",
	},
	"revocation.suspended-later": {
		En: "the certificate of {subject} has been suspended since {at}, after what it signed is proved to have existed: the suspension does not count",
		Vi: "chứng thư số của {subject} bị tạm dừng từ {at}, sau thời điểm đã chứng minh được là chữ ký đã tồn tại, nên việc tạm dừng không ảnh hưởng đến chữ ký này",
	},
	"coverage.changes-unknown": {
		En: "{octets} bytes were added to the file after this was made, and not all that they change is known to be allowed",
		Vi: "tệp được thêm {octets} byte sau thời điểm này; không phải mọi thay đổi trong đó đều được biết là hợp lệ",
	},
	"coverage.changes-suspicious": {
		En: "the document was changed after it was signed: what it shows now is not what was signed, or was changed although the signature forbids it",
		Vi: "tài liệu đã bị sửa sau khi ký: nội dung đang hiển thị không phải nội dung đã ký, hoặc đã bị thay đổi dù chữ ký không cho phép",
	},
	"verify.weak-algorithm": {
		En: "{algorithm} was safe to rely on only until {until}, and nothing proves that it was used before",
		Vi: "{algorithm} chỉ được coi là an toàn đến {until}, và không có gì chứng minh thuật toán được dùng trước ngày đó",
	},
	"verify.key-usage": {
		En: "the signer's certificate is not meant for signing documents ({usage})",
		Vi: "chứng thư số của người ký không dùng để ký tài liệu ({usage})",
	},
	"verify.no-signing-certificate": {
		En: "the signature does not name the signer's certificate, as a PAdES signature must",
		Vi: "chữ ký không nêu chứng thư số của người ký, là điều bắt buộc với chữ ký PAdES",
	},
	"verify.timestamp-not-used": {
		En: "the time-stamp {id} proves nothing, so the time of signing is not taken from it",
		Vi: "dấu thời gian {id} không có giá trị chứng minh nên không dùng để xác định thời điểm ký",
	},
	"verify.timestamp-in-future": {
		En: "the time-stamp ({time}) is later than the time judged at",
		Vi: "dấu thời gian ({time}) muộn hơn thời điểm kiểm tra",
	},
	"verify.timestamp-order": {
		En: "the time-stamp says {time}, but the time-stamp {id} beneath it says a later time: {since}",
		Vi: "dấu thời gian ghi {time}, trong khi dấu thời gian {id} mà nó bảo vệ lại ghi thời điểm muộn hơn: {since}",
	},
	"verify.content-later": {
		En: "the time-stamp over the content ({content}), made before signing, is later than the one over the signature ({proved})",
		Vi: "dấu thời gian của nội dung ({content}), vốn được tạo trước khi ký, lại muộn hơn dấu thời gian của chữ ký ({proved})",
	},
	"time.claimed-only": {
		En: "the certificate was judged as of {time}, the time that the signer claims; no time-stamp proves it",
		Vi: "chứng thư số được đánh giá tại thời điểm {time} do người ký tự khai; không có dấu thời gian nào chứng minh thời điểm này",
	},
	"verify.archive-not-judged": {
		En: "archive time-stamps are not judged yet",
		Vi: "chưa hỗ trợ đánh giá dấu thời gian lưu trữ",
	},
	"verify.signed-before-validity": {
		En: "a time-stamp proves that the signature existed at {time}, before the signer's certificate became valid at {from}",
		Vi: "dấu thời gian chứng minh chữ ký đã có lúc {time}, trước khi chứng thư số của người ký có hiệu lực ({from})",
	},
	"verify.signed-after-expiry": {
		En: "a time-stamp inside the signature proves that it was made after {time}, when the signer's certificate had expired ({until})",
		Vi: "dấu thời gian trong chữ ký chứng minh chữ ký được tạo sau {time}, khi chứng thư số của người ký đã hết hạn ({until})",
	},
	"verify.signed-after-revocation": {
		En: "a time-stamp inside the signature proves that it was made after {time}, when the signer's certificate had been revoked ({at})",
		Vi: "dấu thời gian trong chữ ký chứng minh chữ ký được tạo sau {time}, khi chứng thư số của người ký đã bị thu hồi ({at})",
	},
	"verify.claimed-after-proved": {
		En: "the signer claims to have signed at {claimed}, later than the time-stamp over the signature ({proved})",
		Vi: "người ký tự khai ký lúc {claimed}, muộn hơn dấu thời gian của chữ ký ({proved})",
	},
	"verify.identity-ambiguous": {
		En: "the certificate carries contradicting tax codes or identity numbers, so whose it is cannot be told for sure",
		Vi: "chứng thư số có các mã số thuế hoặc số định danh mâu thuẫn nhau nên không xác định chắc chắn được chủ thể",
	},
	"verify.content-missing": {
		En: "the content that the time-stamp is about was not given, so it could not be compared",
		Vi: "chưa cung cấp nội dung được đóng dấu thời gian nên không đối chiếu được",
	},
	"verify.not-signed": {
		En: "there is neither a signature nor a time-stamp in the document",
		Vi: "tài liệu không có chữ ký hay dấu thời gian nào",
	},

	"policy.algorithm": {
		En: "the policy {policy} does not allow signatures with {algorithm}",
		Vi: "chính sách {policy} không chấp nhận chữ ký dùng thuật toán {algorithm}",
	},
	"policy.hash": {
		En: "the policy {policy} does not allow the hash function {algorithm}",
		Vi: "chính sách {policy} không chấp nhận hàm băm {algorithm}",
	},
	"policy.key-size": {
		En: "the signer's key {algorithm} is shorter than the {min} bits that the policy {policy} asks for",
		Vi: "khóa {algorithm} của người ký ngắn hơn {min} bit theo yêu cầu của chính sách {policy}",
	},
	"policy.format": {
		En: "a signature of the format {format} is not what the policy {policy} expects",
		Vi: "chữ ký định dạng {format} không đúng định dạng mà chính sách {policy} yêu cầu",
	},
	"policy.later-law": {
		En: "the signature is judged at {time}, before {by} came into force on {from}",
		Vi: "chữ ký được xét tại thời điểm {time}, trước khi {by} có hiệu lực ({from})",
	},

	"vnid.bad-name": {
		En: "the name in a certificate is damaged: {reason}",
		Vi: "tên trong chứng thư số bị hỏng: {reason}",
	},

	// kyso.Explain
	"kyso.cancelled": {
		En: "the work was cancelled",
		Vi: "thao tác đã bị hủy",
	},
	"kyso.timeout": {
		En: "it took too long and was given up",
		Vi: "quá thời gian chờ nên đã dừng lại",
	},
	"kyso.not-found": {
		En: "{path} does not exist",
		Vi: "{path} không tồn tại",
	},
	"kyso.permission": {
		En: "access to {path} is not allowed",
		Vi: "không có quyền truy cập {path}",
	},
	"kyso.exists": {
		En: "{path} exists already",
		Vi: "{path} đã tồn tại",
	},
	"kyso.is-a-folder": {
		En: "{path} is a folder, and a file is needed",
		Vi: "{path} là thư mục, trong khi cần một tệp",
	},
	"kyso.disk-full": {
		En: "there is no room left on the disk",
		Vi: "đĩa đã hết chỗ trống",
	},
	"kyso.other": {
		En: "an unexpected error: {error}",
		Vi: "lỗi không lường trước: {error}",
	},
}
