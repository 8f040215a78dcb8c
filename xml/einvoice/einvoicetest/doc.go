// Package einvoicetest makes Vietnamese e-invoices for tests: realistic ones of any size, and [Variants], one for each thing that occurs
// in real files or that an attacker may do, with what package einvoice has to say of it.
//
// All names and tax codes are made up: 0100000000 and 0200000000 fail the check digit of real ones.
package einvoicetest
