// Package document is the text of a postmortem: Markdown with a section under each heading of the
// second level, which a template names. It says what a text still lacks, and what differs between two
// versions. It is pure.
//
// The sections are those that Google's books and the guides of PagerDuty, Atlassian and Etsy have in
// common (Site Reliability Engineering, appendix D; The Site Reliability Workbook, chapter 10).
package document
