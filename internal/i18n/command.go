package i18n

// command holds the texts of the kyso command: its own errors, and the lines that it prints.
var command = map[string]Message{
	"command.arguments": {
		En: "wrong arguments; usage: {usage}",
		Vi: "tham số không đúng; cách dùng: {usage}",
	},
	"command.base64": {
		En: "{path} is not base64",
		Vi: "{path} không phải là base64",
	},
	"command.content-of-pdf": {
		En: "a PDF signature is about the PDF itself: leave out --content",
		Vi: "chữ ký PDF ký chính tệp PDF: hãy bỏ --content",
	},
	"command.extend-format": {
		En: "{path} is of a format whose signatures cannot be raised to another level",
		Vi: "không thể nâng mức chữ ký của {path} vì định dạng tệp không hỗ trợ",
	},
	"command.extended": {
		En: "extended to {level}: {path}",
		Vi: "đã nâng lên mức {level}: {path}",
	},
	"command.file-too-large": {
		En: "{path} is too large for a file of its kind",
		Vi: "{path} quá lớn so với loại tệp này",
	},
	"command.finished": {
		En: "finished {path}",
		Vi: "đã hoàn tất {path}",
	},
	"command.flag": {
		En: "{detail}",
		Vi: "tham số dòng lệnh không đúng: {detail}",
	},
	"command.hash": {
		En: "--hash {value} is not sha256, sha384 or sha512",
		Vi: "--hash {value} không phải là sha256, sha384 hay sha512",
	},
	"command.input-is-folder": {
		En: "{path} is a folder, not a file",
		Vi: "{path} là thư mục, không phải tệp",
	},
	"command.input-is-special": {
		En: "{path} is not a regular file; save it to a file first",
		Vi: "{path} không phải là tệp thông thường; hãy lưu ra tệp trước",
	},
	"command.bench-header": {
		En: "work\tkey\toctets\tper second",
		Vi: "công việc\tkhóa\tsố byte\tmỗi giây",
	},
	"command.inspect-algorithms": {En: "algorithms", Vi: "thuật toán"},
	"command.inspect-claimed":    {En: "claimed time", Vi: "thời điểm tự khai"},
	"command.inspect-claims":     {En: "claims", Vi: "nội dung tự khai"},
	"command.inspect-empty-fields": {
		En: "empty signature fields",
		Vi: "ô chữ ký còn trống",
	},
	"command.inspect-file":      {En: "file", Vi: "tệp"},
	"command.inspect-issuer":    {En: "issuer", Vi: "đơn vị cấp chứng thư số"},
	"command.inspect-revision":  {En: "revision", Vi: "phiên bản"},
	"command.inspect-signature": {En: "signature", Vi: "chữ ký"},
	"command.inspect-signer":    {En: "signer", Vi: "người ký"},
	"command.inspect-store":     {En: "validation data (DSS)", Vi: "dữ liệu xác minh (DSS)"},
	"command.inspect-vri":       {En: "filed under (VRI)", Vi: "xếp theo chữ ký (VRI)"},
	"command.inspect-holds":     {En: "{certificates} certificates, {ocsps} OCSP responses, {crls} CRLs", Vi: "{certificates} chứng thư số, {ocsps} phản hồi OCSP, {crls} danh sách thu hồi (CRL)"},
	"command.inspect-timestamp": {En: "time-stamp", Vi: "dấu thời gian"},
	"command.key-twice": {
		En: "give either --p12, or --key with --cert, not both",
		Vi: "chỉ dùng --p12, hoặc --key cùng với --cert, không dùng cả hai cách",
	},
	"command.key-without-certificate": {
		En: "--key and --cert belong together: give both",
		Vi: "--key và --cert phải đi cùng nhau: hãy dùng cả hai",
	},
	"command.lang": {
		En: "--lang {value} is not en or vi",
		Vi: "--lang {value} không phải là en hay vi",
	},
	"command.level": {
		En: "--level {value} is not B-B, B-T, B-LT or B-LTA",
		Vi: "--level {value} không phải là B-B, B-T, B-LT hay B-LTA",
	},
	"command.no-key": {
		En: "no key to sign with: give --p12 FILE, or --key FILE with --cert FILE",
		Vi: "chưa có khóa để ký: hãy thêm --p12 TỆP, hoặc --key TỆP cùng --cert TỆP",
	},
	"command.not-loopback": {
		En: "--addr {addr} is not a loopback address with a port, such as 127.0.0.1:0",
		Vi: "--addr {addr} không phải là địa chỉ của chính máy này kèm cổng, chẳng hạn 127.0.0.1:0",
	},
	"command.output-is-folder": {
		En: "{path} is a folder; name a file to write",
		Vi: "{path} là thư mục; hãy chỉ định tên tệp cần ghi",
	},
	"command.password-missing": {
		En: "the password of {file} is needed: give --pass-file FILE, since there is no terminal to ask on",
		Vi: "cần mật khẩu của {file}: hãy thêm --pass-file TỆP, vì không có cửa sổ dòng lệnh để hỏi",
	},
	"command.password-prompt": {
		En: "Password of {file}: ",
		Vi: "Mật khẩu của {file}: ",
	},
	"command.password-too-long": {
		En: "{path} is too long to hold a password",
		Vi: "{path} quá dài, không thể là tệp mật khẩu",
	},
	"command.report-kind": {
		En: "--report {value} is not xml",
		Vi: "--report {value} không phải là xml",
	},
	"command.report-one": {
		En: "--report writes the report of one document: name one file",
		Vi: "--report chỉ ghi báo cáo của một tài liệu: hãy chỉ định đúng một tệp",
	},
	"command.report-out": {
		En: "--report and --out belong together: give both",
		Vi: "--report và --out phải đi cùng nhau: hãy dùng cả hai",
	},
	"command.revision": {
		En: "there is no revision {value}; the document has {count}",
		Vi: "không có phiên bản {value}; tài liệu có {count} phiên bản",
	},
	"command.signed": {
		En: "signed {path}: {format}-{level} by {signer}",
		Vi: "đã ký {path}: {format}-{level}, người ký {signer}",
	},
	"command.state": {
		En: "{path} is not a state that this version of kyso prepare wrote",
		Vi: "{path} không phải là tệp trạng thái do lệnh kyso prepare của phiên bản này ghi ra",
	},
	"command.status": {
		En: "the output says what is wrong",
		Vi: "kết quả in ra đã nêu vấn đề",
	},
	"command.status-changed": {
		En: "{name} is now {status}",
		Vi: "{name} hiện ở trạng thái: {status}",
	},
	"command.time": {
		En: "--at {value} is not a time such as 2026-01-05T08:00:00+07:00 (RFC 3339)",
		Vi: "--at {value} không phải là thời điểm dạng 2026-01-05T08:00:00+07:00 (RFC 3339)",
	},
	"command.timestamped": {
		En: "time-stamped {path}: {time}",
		Vi: "đã đóng dấu thời gian {path}: {time}",
	},
	"command.trust-missing": {
		En: "level {level} needs the certificates that are trusted, to find its evidence by: give --trust FILE",
		Vi: "mức {level} cần các chứng thư số gốc được tin cậy để tìm bằng chứng: hãy thêm --trust TỆP",
	},
	"command.trust-tree":     {En: "tree", Vi: "hệ thống"},
	"command.trust-name":     {En: "name", Vi: "tên"},
	"command.trust-subject":  {En: "subject", Vi: "chủ thể"},
	"command.trust-validity": {En: "valid", Vi: "hiệu lực"},
	"command.trust-sha256":   {En: "SHA-256", Vi: "SHA-256"},
	"command.trust-source":   {En: "source", Vi: "nguồn"},
	"command.trust-date":     {En: "added", Vi: "ngày thêm"},
	"command.trust-version":  {En: "since version", Vi: "từ phiên bản"},
	"command.trust-known":    {En: "recognised root of", Vi: "chứng thư số gốc đã biết của"},
	"command.trust-added": {
		En: "trusted: {name} ({tree}), SHA-256 {id}",
		Vi: "đã thêm vào kho tin cậy: {name} ({tree}), SHA-256 {id}",
	},
	"command.trust-removed": {
		En: "not trusted any more: {name} ({tree}), SHA-256 {id}",
		Vi: "đã xóa khỏi kho tin cậy: {name} ({tree}), SHA-256 {id}",
	},
	"command.trust-nothing-new": {
		En: "nothing new in {path}: the trust store has it already",
		Vi: "{path} không có gì mới: kho tin cậy đã có sẵn",
	},
	"command.trust-other-tree": {
		En: "warning: {name} is a root of the {tree}, and was added to another tree",
		Vi: "cảnh báo: {name} là chứng thư số gốc của {tree} nhưng được thêm vào hệ thống khác",
	},
	"command.tsa-address": {
		En: "what --tsa gives is not the address of a time-stamp server; it must begin with http:// or https://",
		Vi: "giá trị của --tsa không phải địa chỉ máy chủ cấp dấu thời gian; địa chỉ phải bắt đầu bằng http:// hoặc https://",
	},
	"command.tsa-missing": {
		En: "level {level} needs a time-stamp server: give --tsa URL",
		Vi: "mức {level} cần máy chủ cấp dấu thời gian: hãy thêm --tsa URL",
	},
	"command.unknown-command": {
		En: "there is no command {name} in {group}",
		Vi: "không có lệnh {name} trong {group}",
	},
}
