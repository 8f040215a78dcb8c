package i18n

var cms = map[string]Message{}
