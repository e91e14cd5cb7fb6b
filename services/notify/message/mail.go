package message

import (
	"fmt"
	"strings"
)

// maxSubject keeps the subject of a mail, encoded, within what clients show.
const maxSubject = 200

// Mail is the subject, one line, and the text of an e-mail.
func Mail(m Message) (subject, text string) {
	var b strings.Builder
	b.WriteString(line(m.Title) + "\n")
	if m.Text != "" {
		b.WriteString("\n" + m.Text + "\n")
	}
	if len(m.Figures) > 0 {
		b.WriteString("\n")
		for _, f := range m.Figures {
			fmt.Fprintf(&b, "%s: %s\n", line(f.Name), line(f.Value))
		}
	}
	fmt.Fprintf(&b, "\n%s\n", m.URL())
	b.WriteString("\n-- \nSent by Evenkeel, as its notification targets say.\n")
	return cut("[Evenkeel] "+line(m.Title), maxSubject), b.String()
}
