package api

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"
)

// sayPlainly has huma say what would be right as people read it at the field of a form; it keeps
// its words as variables of the package.
func sayPlainly() {
	huma.ErrorFormatter = plainly
	validation.MsgExpectedRFC3339DateTime = "expected a time such as 2026-01-31T12:00:00Z (RFC 3339)"
	validation.MsgExpectedRFC3339Date = "expected a day such as 2026-01-31 (RFC 3339)"
	validation.MsgExpectedRFC3986URI = "expected an address such as https://example.com/page: %v"
	validation.MsgExpectedOneOf = "expected one of %s"
	validation.MsgExpectedMinimumNumber = "expected at least %v"
	validation.MsgExpectedExclusiveMinimumNumber = "expected more than %v"
	validation.MsgExpectedMaximumNumber = "expected at most %v"
	validation.MsgExpectedExclusiveMaximumNumber = "expected less than %v"
	validation.MsgExpectedMinLength = "expected at least %d characters"
	validation.MsgExpectedMaxLength = "expected at most %d characters"
	validation.MsgExpectedBePattern = "expected %s"
}

// plainly writes a message with its bounds: 1000000000 as the schema has it, and not 1e+09.
func plainly(format string, args ...any) string {
	if format == validation.MsgExpectedMinLength && len(args) == 1 && args[0] == 1 {
		return "must not be empty"
	}
	for i, arg := range args {
		if n, ok := arg.(float64); ok {
			args[i] = strconv.FormatFloat(n, 'f', -1, 64)
		}
	}
	return fmt.Sprintf(format, args...)
}

// plainMessage leaves out the cause that huma adds to some messages: it repeats
// the value in full.
func plainMessage(m string) string {
	if strings.HasPrefix(m, "expected string to be") || strings.HasPrefix(m, "expected an address") ||
		strings.HasPrefix(m, "expected duration") || strings.HasPrefix(m, "invalid value") {
		m, _, _ = strings.Cut(m, ": ")
	}
	return m
}
