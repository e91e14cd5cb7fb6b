package openslo

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
)

// decimal writes a number as people do, or with an exponent where that would be long.
func decimal(v float64) yamldoc.Number {
	short := strconv.FormatFloat(v, 'f', -1, 64)
	if len(short) > 20 {
		short = strconv.FormatFloat(v, 'e', -1, 64)
	}
	return yamldoc.Number(short)
}

// plainDecimal is a decimal number without sign and exponent.
var plainDecimal = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`)

// share is a percentage, "95.5%", as a share of one, "0.955"; false where it is no decimal one.
func share(percent string) (yamldoc.Number, bool) {
	text, ok := strings.CutSuffix(percent, "%")
	if !ok || !plainDecimal.MatchString(text) {
		return "", false
	}
	whole, fraction, _ := strings.Cut(text, ".")
	for len(whole) < 3 {
		whole = "0" + whole
	}
	return yamldoc.Number(unpadded(whole[:len(whole)-2] + "." + whole[len(whole)-2:] + fraction)), true
}

// percentage is a share of one as a percentage; false where it is no decimal number.
func percentage(share yamldoc.Number) (string, bool) {
	if !plainDecimal.MatchString(string(share)) {
		return "", false
	}
	whole, fraction, _ := strings.Cut(string(share), ".")
	for len(fraction) < 2 {
		fraction += "0"
	}
	text := whole + fraction[:2]
	if rest := fraction[2:]; rest != "" {
		text += "." + rest
	}
	return unpadded(text) + "%", true
}

// unpadded is a decimal number without zeros in front that say nothing.
func unpadded(text string) string {
	text = strings.TrimLeft(text, "0")
	if text == "" || text[0] == '.' {
		text = "0" + text
	}
	return text
}
