package message

import (
	"encoding/json"
	"strings"
)

// The bounds of Slack's blocks, in characters, and of the fields of a section.
const (
	maxSection = 3000
	maxField   = 2000
	maxFields  = 10
)

type slackMessage struct {
	Text   string       `json:"text"`
	Blocks []slackBlock `json:"blocks"`
}

type slackBlock struct {
	Type     string      `json:"type"`
	Text     *slackText  `json:"text,omitempty"`
	Fields   []slackText `json:"fields,omitempty"`
	Elements []slackText `json:"elements,omitempty"`
}

type slackText struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

// Slack is the body for an incoming webhook of Slack, and of what takes the same, which
// shows the text alone. Nothing in it is a mention or a link but ours: what people typed
// is plain text in the blocks, and escaped in the text.
func Slack(m Message) ([]byte, error) {
	open := "<" + slackEscapes.Replace(m.URL()) + "|Open in Evenkeel>"
	out := slackMessage{Text: harmless(line(m.Title))}
	out.Blocks = append(out.Blocks, plainSection(line(m.Title)))
	if m.Text != "" {
		out.Text += "\n" + harmless(m.Text)
		out.Blocks = append(out.Blocks, plainSection(m.Text))
	}
	if len(m.Figures) > 0 {
		fields := slackBlock{Type: "section"}
		for _, f := range m.Figures[:min(len(m.Figures), maxFields)] {
			fields.Fields = append(fields.Fields, slackText{"plain_text", cut(unmentioned(f.Name+": "+f.Value), maxField)})
		}
		out.Blocks = append(out.Blocks, fields)
	}
	out.Text += "\n" + open
	out.Blocks = append(out.Blocks, slackBlock{Type: "context", Elements: []slackText{{"mrkdwn", open}}})
	return json.Marshal(out)
}

func plainSection(text string) slackBlock {
	return slackBlock{Type: "section", Text: &slackText{"plain_text", cut(unmentioned(text), maxSection)}}
}

// slackEscapes are the three characters that Slack's texts reserve.
var slackEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func harmless(text string) string { return unmentioned(slackEscapes.Replace(text)) }

// unmentioned keeps names from being read as mentions, for which others than Slack take
// @channel, with a space of no width.
func unmentioned(text string) string { return strings.ReplaceAll(text, "@", "@\u200b") }
