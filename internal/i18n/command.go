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
	"command.cms": {
		En: "the CMS in {path} cannot be used",
		Vi: "không dùng được CMS trong {path}",
	},
	"command.cms-service": {
		En: "the service of {path} makes whole CMS; only sign pdf and sign cms have a use for them",
		Vi: "dịch vụ trong {path} trả về CMS hoàn chỉnh; chỉ dùng được với sign pdf và sign cms",
	},
	"command.cms-made": {
		En: "the CMS that the service of {path} made cannot be used",
		Vi: "không dùng được CMS do dịch vụ trong {path} tạo",
	},
	"command.cms-xml": {
		En: "an XML signature is finished by a signature value, not by a CMS",
		Vi: "chữ ký XML được hoàn tất bằng giá trị chữ ký, không phải bằng CMS",
	},
	"command.xml-profile": {
		En: "--profile {value} is none of xades, dsig and einvoice:SLOT, or there is no such slot",
		Vi: "--profile {value} không phải là xades, dsig hay einvoice:Ô_KÝ, hoặc không có ô ký này",
	},
	"command.xml-level": {
		En: "signatures of the profile {value} have no level {level}: leave out --level, or use --profile xades",
		Vi: "chữ ký theo profile {value} không có mức {level}: hãy bỏ --level hoặc dùng --profile xades",
	},
	"command.xml-forms": {
		En: "give --enveloping or --detached, not both",
		Vi: "chỉ dùng --enveloping hoặc --detached, không dùng cả hai",
	},
	"command.xml-id": {
		En: "--id names an element of the document that the signature goes into: leave out --enveloping and --detached",
		Vi: "--id chỉ một phần tử của tài liệu chứa chữ ký: hãy bỏ --enveloping và --detached",
	},
	"command.xml-option": {
		En: "{option} cannot be chosen with --profile {value}, which fixes it",
		Vi: "không thể chọn {option} với --profile {value} vì profile này đã quy định sẵn",
	},
	"command.content-other": {
		En: "the signature names several things, and none of them is called like {path}: give the file the name that the signature has for it",
		Vi: "chữ ký nêu nhiều nội dung và không nội dung nào có tên như {path}: hãy đặt tên tệp đúng như tên ghi trong chữ ký",
	},
	"command.check-clean": {
		En: "nothing speaks against signing this document with this certificate now",
		Vi: "không có gì cản trở việc ký tài liệu này bằng chứng thư số này vào lúc này",
	},
	"command.day": {
		En: "{value} is no day of the form YYYY-MM-DD",
		Vi: "{value} không phải là ngày theo dạng YYYY-MM-DD",
	},
	"command.stripped": {
		En: "left out {count} signatures: {path}",
		Vi: "đã bỏ {count} chữ ký: {path}",
	},
	"command.wrapped": {
		En: "put {count} documents into the envelope {path}",
		Vi: "đã đóng {count} tài liệu vào thông điệp {path}",
	},
	"command.unwrapped": {
		En: "{name}: {path}",
		Vi: "{name}: {path}",
	},
	"command.batch-signed": {
		En: "signed {count} documents: {path}",
		Vi: "đã ký {count} tài liệu: {path}",
	},
	"command.batch-at": {
		En: "nothing was signed, because of {path}",
		Vi: "không tài liệu nào được ký, vì {path}",
	},
	"command.batch-name": {
		En: "two documents are called {name}, and both results would have that name",
		Vi: "có hai tài liệu cùng tên {name} nên kết quả sẽ trùng tên",
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
	"command.inspect-document":  {En: "document kind", Vi: "loại tài liệu"},
	"command.inspect-slot":      {En: "signature place", Vi: "ô ký"},
	"command.inspect-path":      {En: "path", Vi: "vị trí chữ ký"},
	"command.inspect-covered":   {En: "signed", Vi: "phần được ký"},
	"command.inspect-left-out":  {En: "not signed", Vi: "phần không được ký"},
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
		En: "give one of --p12, --key with --cert, --token and --remote, not several",
		Vi: "chỉ dùng một trong các cách: --p12, --key cùng với --cert, --token hoặc --remote",
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
		En: "no key to sign with: give --p12 FILE, --key FILE with --cert FILE, --token MODULE, or --remote CONFIG.json",
		Vi: "chưa có khóa để ký: hãy thêm --p12 TỆP, --key TỆP cùng --cert TỆP, --token MÔ-ĐUN hoặc --remote CẤU-HÌNH.json",
	},
	"command.remote-config": {
		En: "{path} is not the configuration of a remote signing service: it has to be JSON with a kind",
		Vi: "{path} không phải cấu hình dịch vụ ký số từ xa: tệp phải là JSON và có trường kind",
	},
	"command.remote-kind": {
		En: "{path} names no service that is known here: {kind}",
		Vi: "{path} nêu dịch vụ ký số chưa được hỗ trợ: {kind}",
	},
	"command.remote-field": {
		En: "the configuration of the remote signing service cannot be read: {detail}",
		Vi: "không đọc được cấu hình dịch vụ ký số từ xa: {detail}",
	},
	"command.remote-secret-twice": {
		En: "a secret of the configuration is named by password_file or by password_env, not by both",
		Vi: "mỗi thông tin bí mật trong cấu hình chỉ được nêu bằng password_file hoặc password_env, không dùng cả hai",
	},
	"command.remote-env": {
		En: "the environment variable {name}, which the configuration names, is not set",
		Vi: "biến môi trường {name} nêu trong cấu hình chưa được đặt",
	},
	"command.remote-sent": {
		En: "sent, {count} to sign: confirm on the phone within {seconds} seconds",
		Vi: "đã gửi {count} tài liệu cần ký: hãy xác nhận trên điện thoại trong {seconds} giây",
	},
	"command.remote-part": {En: "more than one confirmation is needed: this is {index} of {total}", Vi: "cần xác nhận nhiều lần: đây là lần {index} trên {total}"},
	"command.remote-control": {
		En: "the phone should show this code: {code}",
		Vi: "điện thoại phải hiển thị mã này: {code}",
	},
	"command.sim-show": {
		En: "the phone will show “{text}”: compare the code {code} there, then enter the PIN",
		Vi: "điện thoại sẽ hiển thị “{text}”: hãy so sánh mã {code} rồi nhập mã PIN",
	},
	"command.csc-page": {
		En: "open this page in the browser and approve: {url}",
		Vi: "hãy mở trang này trong trình duyệt và đồng ý: {url}",
	},
	"command.csc-prompt": {
		En: "{label}[[ ({text})]]: ",
		Vi: "{label}[[ ({text})]]: ",
	},
	"command.csc-sent": {
		En: "a code was sent to the subscriber",
		Vi: "mã xác thực đã được gửi cho người ký",
	},
	"command.remote-approved": {
		En: "confirmed",
		Vi: "đã xác nhận",
	},
	"command.demo-user": {
		En: "--user {value} is none of approve, refuse, ignore and ask",
		Vi: "--user {value} không phải approve, refuse, ignore hay ask",
	},
	"command.demo-dialect": {
		En: "--dialect {value} is none of vn-mpki, etsi, ficom, tr, swisscom-soap and swisscom-rest",
		Vi: "--dialect {value} không phải vn-mpki, etsi, ficom, tr, swisscom-soap hay swisscom-rest",
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
		En: "signed {path}: {format} by {signer}",
		Vi: "đã ký {path}: {format}, người ký {signer}",
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
	"command.pin-changed":      {En: "the PIN of the token {label} is changed", Vi: "đã đổi mã PIN của USB token {label}"},
	"command.pin-differs":      {En: "the two new PINs differ", Vi: "hai lần nhập mã PIN mới không giống nhau"},
	"command.pin-env":          {En: "the environment variable {name}, which --pin-env names, is not set", Vi: "biến môi trường {name} nêu ở --pin-env chưa được đặt"},
	"command.pin-missing":      {En: "a PIN is needed: give {option} FILE, since there is no terminal to ask on", Vi: "cần mã PIN: hãy thêm {option} TỆP, vì không có cửa sổ dòng lệnh để hỏi"},
	"command.pin-prompt":       {En: "PIN of the token {label}: ", Vi: "Mã PIN của USB token {label}: "},
	"command.pin-prompt-again": {En: "The new PIN again: ", Vi: "Nhập lại mã PIN mới: "},
	"command.pin-prompt-final": {
		En: "LAST TRY: a wrong PIN locks the token {label}. PIN: ",
		Vi: "LẦN THỬ CUỐI: nhập sai sẽ khóa USB token {label}. Mã PIN: ",
	},
	"command.pin-prompt-low": {
		En: "A wrong PIN was entered before; turn the Vietnamese input method and Caps Lock off. PIN of the token {label}: ",
		Vi: "Đã có lần nhập sai mã PIN; hãy tắt bộ gõ tiếng Việt và Caps Lock. Mã PIN của USB token {label}: ",
	},
	"command.p12-name": {
		En: "name the key of {path} that signs with --p12-name NAME; there are: {names}",
		Vi: "hãy chỉ khóa ký trong {path} bằng --p12-name TÊN; tệp có: {names}",
	},
	"command.p12-name-alone": {En: "--p12-name needs --p12 FILE", Vi: "--p12-name cần đi kèm --p12 TỆP"},
	"command.pin-prompt-new": {En: "New PIN: ", Vi: "Mã PIN mới: "},
	"command.pin-prompt-so":  {En: "PIN of the administrator (SO PIN): ", Vi: "Mã PIN quản trị (SO PIN): "},
	"command.pin-twice":      {En: "give either --pin-file or --pin-env, not both", Vi: "chỉ dùng --pin-file hoặc --pin-env, không dùng cả hai"},
	"command.token-fit":      {En: "yes", Vi: "được"},
	"command.token-fit-unknown": {
		En: "yes, as far as can be seen without the PIN",
		Vi: "được, theo những gì thấy được khi chưa nhập mã PIN",
	},
	"command.token-issuer":  {En: "issuer", Vi: "nơi cấp"},
	"command.token-key":     {En: "key", Vi: "loại khóa"},
	"command.token-line":    {En: "token {label}, serial number {serial} ({name})", Vi: "USB token {label}, số sê-ri {serial} ({name})"},
	"command.token-missing": {En: "the flags that choose a token or its PIN need --token MODULE", Vi: "các tùy chọn về USB token và mã PIN cần đi kèm --token MÔ-ĐUN"},
	"command.token-module":  {En: "name the driver of the token: --module FILE (kyso token list finds it)", Vi: "hãy chỉ trình điều khiển của USB token: --module TỆP (dùng kyso token list để tìm)"},
	"command.token-no-certs": {
		En: "there is no certificate on the token {label}; ask the provider of the certificate to load it",
		Vi: "USB token {label} không có chứng thư số nào; hãy nhờ nhà cung cấp nạp chứng thư số",
	},
	"command.token-no-certs-public": {
		En: "no certificate is to be seen on the token {label} without its PIN; try again with --pin-file FILE",
		Vi: "chưa nhập mã PIN nên không thấy chứng thư số nào trên USB token {label}; hãy thử lại với --pin-file TỆP",
	},
	"command.token-none":         {En: "no token is plugged in", Vi: "chưa cắm USB token"},
	"command.token-organization": {En: "organisation", Vi: "tổ chức"},
	"command.token-person":       {En: "person", Vi: "cá nhân"},
	"command.token-personal-id":  {En: "personal number", Vi: "số giấy tờ"},
	"command.token-pin-change":   {En: "to be changed", Vi: "cần đổi"},
	"command.token-pin-final":    {En: "one try left", Vi: "chỉ còn một lần thử"},
	"command.token-pin-good":     {En: "in order", Vi: "bình thường"},
	"command.token-pin-length":   {En: "the PIN has {min} to {max} characters", Vi: "mã PIN dài từ {min} đến {max} ký tự"},
	"command.token-pin-locked":   {En: "locked", Vi: "đã bị khóa"},
	"command.token-pin-low":      {En: "a wrong one was entered before", Vi: "đã có lần nhập sai"},
	"command.token-pin-not-set":  {En: "not set", Vi: "chưa đặt"},
	"command.token-pin-pad":      {En: "the PIN is entered on the device", Vi: "mã PIN được nhập trên thiết bị"},
	"command.token-ready":        {En: "ready to sign: {signer}, certificate {serial} on the token {label}", Vi: "sẵn sàng ký: {signer}, chứng thư số {serial} trên USB token {label}"},
	"command.token-serial":       {En: "serial number", Vi: "số sê-ri"},
	"command.token-signs":        {En: "signs", Vi: "dùng để ký"},
	"command.token-so-pin":       {En: "PIN of the administrator (SO PIN)", Vi: "mã PIN quản trị (SO PIN)"},
	"command.token-tax-code":     {En: "tax code", Vi: "mã số thuế"},
	"command.token-thumbprint":   {En: "SHA-256", Vi: "SHA-256"},
	"command.token-unlocked":     {En: "the token {label} is unlocked and has a new PIN", Vi: "đã mở khóa USB token {label} và đặt mã PIN mới"},
	"command.token-user-pin":     {En: "PIN", Vi: "mã PIN"},
	"command.token-validity":     {En: "valid", Vi: "hiệu lực"},
}
