package i18n

// remoteTerms are the words of remote: what can be wrong with a stored operation.
var remoteTerms = map[string]string{
	"a digest is not of its hash":              "một giá trị băm không khớp thuật toán băm",
	"a signature does not fit the certificate": "một chữ ký không khớp với chứng thư số",
	"it has no deadline":                       "không có thời hạn",
	"it has no documents, or too many":         "không có tài liệu nào hoặc có quá nhiều",
	"it has no name":                           "không có mã giao dịch",
	"its certificate cannot be read":           "không đọc được chứng thư số",
	"its documents are not told apart":         "các tài liệu trùng mã",
	"its state is not known":                   "trạng thái không hợp lệ",
	"its version is another":                   "phiên bản không được hỗ trợ",
	"it is too large":                          "dữ liệu quá lớn",
	"it is not the JSON of an operation":       "không phải JSON của một giao dịch",
	"something follows it":                     "có dữ liệu thừa phía sau",
	"it is of another kind":                    "thuộc loại khác",

	"it ends too early":                    "biểu thức kết thúc quá sớm",
	"it has too many solutions":            "biểu thức có quá nhiều cách thỏa mãn",
	"it is nested too deep":                "biểu thức lồng quá sâu",
	"it names an object that there is not": "biểu thức nêu một đối tượng không có",
	"it wants what is not known here":      "cần cách xác thực chưa được hỗ trợ",
	"a parenthesis is not closed":          "biểu thức thiếu dấu đóng ngoặc",
	"the objects are not told apart":       "các đối tượng xác thực trùng mã",
	"there are too many objects":           "có quá nhiều đối tượng xác thực",
}
