// Package finding is the vocabulary of what kyso says about errors and documents: stable codes with parameters, severities, and
// the base of every exported error type. It is a leaf that every room may use. Texts live in internal/i18n under the same codes.
package finding
