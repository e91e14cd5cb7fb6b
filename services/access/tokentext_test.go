package access_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
)

// The checksum was computed with Python's zlib.crc32 over the text before it and
// written in base 62 with the digits 0-9a-zA-Z.
const knownToken = "ek_01ARZ3NDEKTSV4RRFFQ69G5FAV_0000000000000000000000000000000000000000001_49KE71"

func TestATokenIsWrittenAsDocumented(t *testing.T) {
	t.Parallel()
	var one access.Secret
	one[31] = 1
	if got := access.FormatToken("01ARZ3NDEKTSV4RRFFQ69G5FAV", one); got != knownToken {
		t.Errorf("FormatToken = %s, want %s", got, knownToken)
	}
	token, secret, err := access.ParseToken(knownToken)
	if err != nil || token != "01ARZ3NDEKTSV4RRFFQ69G5FAV" || secret != one {
		t.Errorf("ParseToken = %s, %x, %v", token, secret[:], err)
	}
}

func TestEveryTokenIsReadBackAsItWasWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var secret access.Secret
		copy(secret[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "secret"))
		made := id.New(time.UnixMilli(rapid.Int64Range(0, 1<<47).Draw(t, "made")))
		token, got, err := access.ParseToken(access.FormatToken(made, secret))
		if err != nil || token != made || got != secret {
			t.Fatalf("read back %s, equal %t, %v", token, got == secret, err)
		}
	})
}

// CRC-32 detects every error burst of up to 32 bits, so a single changed
// character, or two neighbours exchanged, never passes.
func TestAMistypedTokenIsMalformed(t *testing.T) {
	t.Parallel()
	text := access.FormatToken(id.New(time.Now()), access.NewSecret())
	for i := range text {
		for _, c := range []byte{'0', 'a', 'Z', '_', ' ', 0} {
			if text[i] == c {
				continue
			}
			wrong := text[:i] + string(c) + text[i+1:]
			if _, _, err := access.ParseToken(wrong); fault.As(err) == nil || fault.As(err).Code != "token_malformed" {
				t.Errorf("character %d changed to %q: got %v", i, c, err)
			}
		}
		if i > 0 && text[i] != text[i-1] {
			wrong := text[:i-1] + string(text[i]) + string(text[i-1]) + text[i+1:]
			if _, _, err := access.ParseToken(wrong); err == nil {
				t.Errorf("characters %d and %d exchanged: accepted", i-1, i)
			}
		}
	}
	for _, wrong := range []string{"", "ek_", text[1:], text + "0", text + " ", " " + text, strings.ToUpper(text), strings.Repeat("ek_", 1<<16)} {
		if _, _, err := access.ParseToken(wrong); err == nil {
			t.Errorf("%.90q: accepted", wrong)
		}
	}
}

func TestASecretShowsItselfOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	secret := access.NewSecret()
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(format, secret); got != "[secret]" {
			t.Errorf("%s shows %q", format, got)
		}
	}
	if secret == access.NewSecret() {
		t.Error("two secrets are equal")
	}
}

func FuzzTokenText(f *testing.F) {
	f.Add(knownToken)
	f.Add("")
	f.Add("ek_01ARZ3NDEKTSV4RRFFQ69G5FAV_+000000000000000000000000000000000000000001_000000")
	f.Add(strings.Repeat("_", 80))
	f.Fuzz(func(t *testing.T, text string) {
		token, secret, err := access.ParseToken(text)
		if err != nil {
			if e := fault.As(err); e == nil || e.Kind != fault.Unauthenticated || len(text) > 3 && strings.Contains(err.Error(), text) {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		if again := access.FormatToken(token, secret); again != text {
			t.Errorf("%q was read as %q", text, again)
		}
	})
}
