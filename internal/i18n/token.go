package i18n

var token = map[string]Message{
	"token.no-cgo": {
		En: "this program was built without support for USB tokens and HSMs; build it with CGO_ENABLED=1 and a C compiler",
		Vi: "chương trình này được biên dịch không kèm phần hỗ trợ USB token và HSM; hãy biên dịch lại với CGO_ENABLED=1 và trình biên dịch C",
	},
	"token.module-missing": {
		En: "the driver (PKCS#11 module) {path} does not exist; install the token's software, or name the right file",
		Vi: "không tìm thấy trình điều khiển (mô-đun PKCS#11) {path}; hãy cài phần mềm của USB token hoặc chỉ đúng tệp",
	},
	"token.module-format": {
		En: "{path} is not a driver for this system: it is {kind}",
		Vi: "{path} không phải là trình điều khiển cho hệ điều hành này: đây là {kind}",
	},
	"token.module-architecture": {
		En: "the driver {path} is made for {found} and this program for {need}; install the {need} driver, or use kyso built for {found}",
		Vi: "trình điều khiển {path} dành cho {found} còn chương trình này chạy trên {need}; hãy cài trình điều khiển bản {need}, hoặc dùng kyso bản {found}",
	},
	"token.module-entry": {
		En: "{path} is a library but not a PKCS#11 module: it does not export C_GetFunctionList",
		Vi: "{path} là thư viện nhưng không phải mô-đun PKCS#11: không có hàm C_GetFunctionList",
	},
	"token.module-load": {
		En: "the driver {path} cannot be loaded: {error}",
		Vi: "không nạp được trình điều khiển {path}: {error}",
	},
	"token.module-start": {
		En: "the driver {path} does not start ({value}); install it again, or restart the computer",
		Vi: "trình điều khiển {path} không khởi động được ({value}); hãy cài lại hoặc khởi động lại máy tính",
	},
	"token.module-crash": {
		En: "the driver {path} crashes ({error}); install a newer one from the provider of the certificate",
		Vi: "trình điều khiển {path} bị lỗi và tự đóng ({error}); hãy cài bản mới hơn từ nhà cung cấp chứng thư số",
	},
	"token.module-hang": {
		En: "the driver {path} did not answer within {limit}; plug the token in again, or restart the computer",
		Vi: "trình điều khiển {path} không trả lời trong {limit}; hãy rút ra cắm lại USB token hoặc khởi động lại máy tính",
	},
	"token.closed": {
		En: "the token was closed by the program",
		Vi: "chương trình đã đóng kết nối với USB token",
	},
	"token.no-reader": {
		En: "no token or card reader is connected; plug the token in",
		Vi: "không có USB token hoặc đầu đọc thẻ nào được kết nối; hãy cắm USB token vào máy",
	},
	"token.no-token": {
		En: "no token is plugged in; plug it in and try again",
		Vi: "chưa cắm USB token; hãy cắm USB token rồi thử lại",
	},
	"token.not-found": {
		En: "there is no token {label}; plugged in: {names}",
		Vi: "không có USB token {label}; đang cắm: {names}",
	},
	"token.several": {
		En: "{count} tokens are plugged in that could be meant, name one by its serial number: {names}",
		Vi: "đang cắm {count} USB token phù hợp, hãy chọn một cái theo số sê-ri: {names}",
	},
	"token.removed": {
		En: "the token was pulled out or lost its connection ({value}); plug it in and try again",
		Vi: "USB token đã bị rút ra hoặc mất kết nối ({value}); hãy cắm lại rồi thử lại",
	},
	"token.not-recognized": {
		En: "the driver does not know this token ({value}); install the driver that belongs to it",
		Vi: "trình điều khiển không nhận ra USB token này ({value}); hãy cài đúng trình điều khiển của USB token",
	},
	"token.device": {
		En: "the token or its driver reports an error ({value}); plug the token in again and retry",
		Vi: "USB token hoặc trình điều khiển báo lỗi ({value}); hãy rút ra cắm lại USB token rồi thử lại",
	},
	"token.sessions": {
		En: "the token is in use by other programs ({value}); close them and try again",
		Vi: "USB token đang được chương trình khác sử dụng ({value}); hãy đóng các chương trình đó rồi thử lại",
	},
	"token.read-only": {
		En: "the token or its driver refuses changes ({value}); use the token manager of its provider",
		Vi: "USB token hoặc trình điều khiển không cho phép thay đổi ({value}); hãy dùng phần mềm quản lý USB token của nhà cung cấp",
	},
	"token.function": {
		En: "the driver of the token gave an answer that makes no sense here ({value})",
		Vi: "trình điều khiển của USB token trả lời không hợp lệ ({value})",
	},
	"token.pin-required": {
		En: "the token {label} needs its PIN, and none was given",
		Vi: "cần mã PIN của USB token {label} nhưng chưa nhập",
	},
	"token.pin-empty": {
		En: "the PIN is empty; it was not sent to the token",
		Vi: "mã PIN để trống; chưa gửi tới USB token",
	},
	"token.pin-characters": {
		En: "the PIN has letters with diacritics or other special characters; it was not sent to the token. Turn the Vietnamese input method (Unikey) and Caps Lock off and enter it again",
		Vi: "mã PIN có chữ tiếng Việt có dấu hoặc ký tự đặc biệt nên chưa được gửi tới USB token. Hãy tắt bộ gõ tiếng Việt (Unikey) và phím Caps Lock rồi nhập lại",
	},
	"token.pin-length": {
		En: "the PIN must have {min} to {max} characters; it was not sent to the token",
		Vi: "mã PIN phải có từ {min} đến {max} ký tự; chưa gửi tới USB token",
	},
	"token.pin-final-try": {
		En: "only one try is left before the token locks, so no PIN was sent; make sure of the PIN, or ask the provider of the certificate to reset it",
		Vi: "chỉ còn một lần thử trước khi USB token bị khóa nên chưa gửi mã PIN nào; hãy chắc chắn về mã PIN, hoặc nhờ nhà cung cấp chứng thư số đặt lại",
	},
	"token.pin-sent-before": {
		En: "this PIN was tried on this token before without success; it is not sent again",
		Vi: "mã PIN này đã được thử trên USB token mà không thành công; không gửi lại lần nữa",
	},
	"token.pin-again": {
		En: "the token was plugged in again and a wrong PIN has been entered meanwhile; enter the PIN again",
		Vi: "USB token đã được cắm lại và trong lúc đó có người nhập sai mã PIN; hãy nhập lại mã PIN",
	},
	"token.pin-not-set": {
		En: "the token has no user PIN yet; ask the provider of the certificate to set the token up",
		Vi: "USB token chưa được đặt mã PIN; hãy nhờ nhà cung cấp chứng thư số thiết lập USB token",
	},
	"token.pin-rejected": {
		En: "the token does not accept this PIN ({value}); choose one of another length or with other characters",
		Vi: "USB token không chấp nhận mã PIN này ({value}); hãy chọn mã PIN có độ dài hoặc ký tự khác",
	},
	"token.pin-new-default": {
		En: "the new PIN is one that tokens are handed out with, which everybody knows; choose another",
		Vi: "mã PIN mới là mã mặc định mà ai cũng biết; hãy chọn mã khác",
	},
	"token.pin-new-same": {
		En: "the new PIN is the old one; choose another",
		Vi: "mã PIN mới trùng với mã PIN cũ; hãy chọn mã khác",
	},
	"token.so-pin-incorrect": {
		En: "the administrator's PIN (SO PIN) is wrong; its tries are limited too, so do not guess",
		Vi: "mã PIN quản trị (SO PIN) không đúng; số lần thử mã này cũng có hạn nên đừng đoán",
	},
	"token.so-pin-locked": {
		En: "the administrator's PIN (SO PIN) is locked; only the provider of the certificate can help, and the token may have to be replaced",
		Vi: "mã PIN quản trị (SO PIN) đã bị khóa; chỉ nhà cung cấp chứng thư số mới xử lý được, có thể phải thay USB token",
	},
	"token.so-pin-final-try": {
		En: "only one try of the administrator's PIN (SO PIN) is left, and a wrong one can make the token useless for good, so none was sent; leave it to the provider of the certificate",
		Vi: "chỉ còn một lần thử mã PIN quản trị (SO PIN), nhập sai có thể làm hỏng vĩnh viễn USB token nên chưa gửi; hãy để nhà cung cấp chứng thư số xử lý",
	},
	"token.key-use": {
		En: "the token does not let the key sign ({value}); it was made for another use",
		Vi: "USB token không cho phép dùng khóa này để ký ({value}); khóa được tạo cho mục đích khác",
	},
	"token.certificate": {
		En: "the certificate {label} on the token cannot be read",
		Vi: "không đọc được chứng thư số {label} trên USB token",
	},
	"token.catalogue": {
		En: "this is not a catalogue of token drivers (JSON, schema 1)",
		Vi: "đây không phải danh mục trình điều khiển USB token (JSON, schema 1)",
	},
	"token.no-driver": {
		En: "no driver for USB tokens was found on this computer",
		Vi: "không tìm thấy trình điều khiển USB token trên máy tính này",
	},
	"token.pin-change": {
		En: "the PIN of the token {label} has to be changed before it signs",
		Vi: "phải đổi mã PIN của USB token {label} trước khi ký",
	},
	"token.pin-low": {
		En: "a wrong PIN was entered on the token {label} recently; it locks after a few",
		Vi: "gần đây đã có người nhập sai mã PIN của USB token {label}; sai thêm vài lần thì USB token sẽ bị khóa",
	},
	"token.no-certificate": {
		En: "no certificate is to be seen on the token",
		Vi: "không thấy chứng thư số nào trên USB token",
	},
	"token.clock": {
		En: "the clock of this computer is wrong: it says {at}, and {time} is known",
		Vi: "đồng hồ của máy tính sai: đang là {at}, trong khi thời điểm đã biết là {time}",
	},
	"token.issuer-unknown": {
		En: "the certificate of {subject} was issued by {issuer}, which is not among those trusted here",
		Vi: "chứng thư số của {subject} do {issuer} cấp, nhưng nơi cấp này chưa được tin cậy ở đây",
	},
	"token.status-unknown": {
		En: "whether the certificate of {subject} is suspended or revoked could not be found out",
		Vi: "chưa kiểm tra được chứng thư số của {subject} có bị tạm dừng hoặc thu hồi hay không",
	},
	"token.advice-install": {
		En: "install the token's software: it is on the token's own drive or on the web page of the authority that issued the certificate",
		Vi: "hãy cài phần mềm của USB token: có sẵn trong ổ đĩa của USB token hoặc trên trang web của nhà cung cấp chứng thư số",
	},
	"token.advice-architecture": {
		En: "install the driver for the architecture of this program, or use this program in the architecture of the driver",
		Vi: "hãy cài trình điều khiển cùng kiến trúc (32 hoặc 64 bit) với chương trình này, hoặc dùng bản chương trình cùng kiến trúc với trình điều khiển",
	},
	"token.advice-driver": {
		En: "plug the token in again; if that does not help, install the newest driver from the provider of the certificate and restart the computer",
		Vi: "hãy rút ra cắm lại USB token; nếu không được, hãy cài trình điều khiển mới nhất của nhà cung cấp chứng thư số rồi khởi động lại máy tính",
	},
	"token.advice-plug": {
		En: "plug the token in, directly and not through a hub, and see whether its light is on",
		Vi: "hãy cắm USB token trực tiếp vào máy, không qua bộ chia, và xem đèn của USB token có sáng không",
	},
	"token.advice-other-token": {
		En: "plug in the right token, or name one of those that are there",
		Vi: "hãy cắm đúng USB token, hoặc chọn một trong các USB token đang cắm",
	},
	"token.advice-unlock": {
		En: "do not try further; ask the authority that issued the certificate to unlock the token: it needs the token's serial number, a signed form and proof of who you are",
		Vi: "đừng thử thêm; hãy yêu cầu nhà cung cấp chứng thư số mở khóa USB token: cần số sê-ri của USB token, phiếu yêu cầu có ký tên đóng dấu và giấy tờ xác minh",
	},
	"token.advice-final": {
		En: "enter the PIN only if you are sure of it; otherwise ask the authority that issued the certificate to reset it",
		Vi: "chỉ nhập mã PIN khi chắc chắn đúng; nếu không, hãy nhờ nhà cung cấp chứng thư số đặt lại mã PIN",
	},
	"token.advice-change-pin": {
		En: "change the PIN to one of your own, 6 to 8 letters and digits, and keep it in a safe place",
		Vi: "hãy đổi sang mã PIN riêng gồm 6 đến 8 chữ và số, rồi cất giữ cẩn thận",
	},
	"token.advice-careful": {
		En: "turn the Vietnamese input method (Unikey) and Caps Lock off before you enter the PIN",
		Vi: "hãy tắt bộ gõ tiếng Việt (Unikey) và phím Caps Lock trước khi nhập mã PIN",
	},
	"token.advice-pin": {
		En: "turn the Vietnamese input method (Unikey) and Caps Lock off and enter the right PIN; do not guess, the token locks after a few wrong ones",
		Vi: "hãy tắt bộ gõ tiếng Việt (Unikey) và phím Caps Lock rồi nhập đúng mã PIN; đừng đoán, sai vài lần là USB token bị khóa",
	},
	"token.advice-set-up": {
		En: "ask the authority that issued the certificate to set the token up",
		Vi: "hãy nhờ nhà cung cấp chứng thư số thiết lập USB token",
	},
	"token.advice-log-in": {
		En: "look again with the PIN: some tokens show their certificates only then; if there is none, ask the authority to load it",
		Vi: "hãy kiểm tra lại kèm mã PIN: một số USB token chỉ hiện chứng thư số sau khi nhập mã PIN; nếu vẫn không có, hãy nhờ nhà cung cấp nạp chứng thư số",
	},
	"token.advice-renew": {
		En: "renew the certificate with the authority that issued it, and have the renewed one loaded onto the token",
		Vi: "hãy gia hạn với nhà cung cấp chứng thư số và nạp chứng thư số mới vào USB token",
	},
	"token.advice-resume": {
		En: "ask the authority that issued the certificate why it is suspended, and to resume it",
		Vi: "hãy hỏi nhà cung cấp chứng thư số lý do tạm dừng và yêu cầu khôi phục",
	},
	"token.advice-replace": {
		En: "sign with another certificate, or ask the authority that issued this one for a new one",
		Vi: "hãy ký bằng chứng thư số khác, hoặc yêu cầu nhà cung cấp cấp chứng thư số mới",
	},
	"token.advice-clock": {
		En: "set the date, time and time zone of this computer",
		Vi: "hãy đặt lại ngày, giờ và múi giờ của máy tính",
	},
	"token.advice-choose": {
		En: "say which certificate is meant: by its serial number, its thumbprint or the tax code",
		Vi: "hãy chọn chứng thư số cần dùng: theo số sê-ri, dấu vân tay (thumbprint) hoặc mã số thuế",
	},
	"token.advice-trust": {
		En: "add the certificate of the national root or of the issuer to those that are trusted",
		Vi: "hãy thêm chứng thư số gốc quốc gia hoặc của nơi cấp vào danh sách tin cậy",
	},
	"token.advice-online": {
		En: "check again with a connection to the Internet, or give the authority's revocation list",
		Vi: "hãy kiểm tra lại khi có kết nối Internet, hoặc cung cấp danh sách thu hồi của nhà cung cấp",
	},
	"token.advice-close": {
		En: "close the other programs that use the token: its manager, browsers, the tax software",
		Vi: "hãy đóng các chương trình khác đang dùng USB token: phần mềm quản lý USB token, trình duyệt, phần mềm kê khai thuế",
	},
	"token.advice-build": {
		En: "use a build of this program with cgo",
		Vi: "hãy dùng bản chương trình được biên dịch có cgo",
	},
	"token.cause-not-renewed": {
		En: "possibly it was not renewed, or the renewed certificate is not on this token yet",
		Vi: "có thể chưa gia hạn, hoặc chứng thư số đã gia hạn chưa được nạp vào USB token này",
	},
	"token.cause-unpaid": {
		En: "possibly a fee is unpaid",
		Vi: "có thể còn phí chưa thanh toán",
	},
	"token.cause-papers": {
		En: "possibly the authority lacks papers (registration, identity, the signed contract)",
		Vi: "có thể còn thiếu hồ sơ (đăng ký kinh doanh, giấy tờ tùy thân, hợp đồng có ký tên đóng dấu)",
	},
	"token.cause-asked": {
		En: "possibly its holder asked for it, or the token was reported lost",
		Vi: "có thể do chủ chứng thư số yêu cầu, hoặc USB token đã được báo mất",
	},
	"pin.default": {
		En: "the token still has a PIN that tokens are handed out with, which everybody knows; change it now",
		Vi: "USB token vẫn dùng mã PIN mặc định mà ai cũng biết; hãy đổi mã PIN ngay",
	},
}

// tokenTerms are the words of package token.
var tokenTerms = map[string]string{
	"a Windows library":           "thư viện của Windows",
	"a macOS library":             "thư viện của macOS",
	"a Linux library":             "thư viện của Linux",
	"a folder":                    "thư mục",
	"no library at all":           "tệp không phải thư viện",
	"certificate of an authority": "chứng thư số của nhà cung cấp",
}
