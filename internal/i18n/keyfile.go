package i18n

var keyfile = map[string]Message{
	"keyfile.unreadable": {
		En: "the file {path} cannot be read",
		Vi: "không đọc được tệp {path}",
	},
	"keyfile.too-large": {
		En: "the file is larger than {max} bytes, which no key or certificate file is",
		Vi: "tệp lớn hơn {max} byte, không phải là tệp khóa hoặc chứng thư số",
	},
	"keyfile.empty": {
		En: "the key or certificate file is empty",
		Vi: "tệp khóa hoặc chứng thư số rỗng",
	},
	"keyfile.truncated": {
		En: "the file is cut short: {want} bytes were announced and {got} are there",
		Vi: "tệp bị cắt cụt: lẽ ra có {want} byte nhưng chỉ có {got} byte",
	},
	"keyfile.not-pkcs12": {
		En: "this is not a PKCS#12 (.p12, .pfx) file",
		Vi: "đây không phải là tệp PKCS#12 (.p12, .pfx)",
	},
	"keyfile.is-pkcs12": {
		En: "this is a PKCS#12 (.p12, .pfx) file, and a PEM key was expected",
		Vi: "đây là tệp PKCS#12 (.p12, .pfx), trong khi cần tệp khóa PEM",
	},
	"keyfile.malformed": {
		En: "the {structure} is damaged or not of this format",
		Vi: "cấu trúc {structure} bị hỏng hoặc sai định dạng",
	},
	"keyfile.no-key": {
		En: "there is no private key in the file",
		Vi: "tệp không chứa khóa bí mật",
	},
	"keyfile.several-keys": {
		En: "there is more than one private key in the file",
		Vi: "tệp chứa nhiều hơn một khóa bí mật",
	},
	"keyfile.no-certificate": {
		En: "there is no certificate in the file",
		Vi: "tệp không chứa chứng thư số",
	},
	"keyfile.many-certificates": {
		En: "there are more than {max} certificates in the file",
		Vi: "tệp chứa nhiều hơn {max} chứng thư số",
	},
	"keyfile.certificate": {
		En: "a certificate in the file is damaged",
		Vi: "chứng thư số trong tệp bị hỏng",
	},
	"keyfile.password": {
		En: "the password is wrong, or the file is damaged",
		Vi: "mật khẩu không đúng, hoặc tệp bị hỏng",
	},
	"keyfile.password-required": {
		En: "the key is protected by a password, and none was given",
		Vi: "khóa được bảo vệ bằng mật khẩu nhưng chưa nhập mật khẩu",
	},
	"keyfile.password-form": {
		En: "the password is too long, not valid UTF-8, or has characters such as emoji, which PKCS#12 files cannot take",
		Vi: "mật khẩu quá dài, không phải UTF-8 hợp lệ, hoặc có ký tự (như biểu tượng cảm xúc) không dùng được với tệp PKCS#12",
	},
	"keyfile.encryption": {
		En: "the file is protected with {algorithm}, which is not supported",
		Vi: "tệp được bảo vệ bằng {algorithm}, thuật toán này không được hỗ trợ",
	},
	"keyfile.old-encryption": {
		En: "the key is protected with {algorithm}, which is outdated and not accepted; convert it with: openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD.pem -out NEW.pem",
		Vi: "khóa được bảo vệ bằng {algorithm}, cách này đã lỗi thời và không được chấp nhận; hãy chuyển đổi bằng lệnh: openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD.pem -out NEW.pem",
	},
	"keyfile.cost": {
		En: "opening the file would take too much work: {parameter} is {value}, at most {max} is accepted",
		Vi: "mở tệp sẽ tốn quá nhiều tài nguyên: {parameter} là {value}, chỉ chấp nhận tối đa {max}",
	},
	"keyfile.integrity": {
		En: "the PKCS#12 file is protected by {kind} instead of a password, which is not supported",
		Vi: "tệp PKCS#12 được bảo vệ bằng {kind} thay vì mật khẩu, cách này không được hỗ trợ",
	},
	"keyfile.pkcs12-encryption": {
		En: "the PKCS#12 file is protected with {algorithm}, which is not read; convert it with: openssl pkcs12 -legacy -in OLD.p12 -out ALL.pem, then: openssl pkcs12 -export -in ALL.pem -out NEW.p12",
		Vi: "tệp PKCS#12 được bảo vệ bằng {algorithm}, cách này không đọc được; hãy chuyển đổi bằng lệnh: openssl pkcs12 -legacy -in OLD.p12 -out ALL.pem, rồi: openssl pkcs12 -export -in ALL.pem -out NEW.p12",
	},
	"keyfile.pkcs12-form": {
		En: "the PKCS#12 file is put together in a way that is not read ({part}); convert it with: openssl pkcs12 -legacy -in OLD.p12 -out ALL.pem, then: openssl pkcs12 -export -in ALL.pem -out NEW.p12",
		Vi: "tệp PKCS#12 có cấu trúc không đọc được ({part}); hãy chuyển đổi bằng lệnh: openssl pkcs12 -legacy -in OLD.p12 -out ALL.pem, rồi: openssl pkcs12 -export -in ALL.pem -out NEW.p12",
	},
}
