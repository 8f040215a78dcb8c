// Package i18n holds every text that people read: one catalogue, Vietnamese and English side by side, keyed by the stable code
// of an error or a finding. Texts carry named placeholders in braces; values are cleaned of control and bidirectional
// characters before they are put in, so that a hostile document cannot forge a line, a verdict or a terminal command.
package i18n
