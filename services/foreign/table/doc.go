// Package table reads services and SLOs in CSV: the first row names the columns, in any order, and each
// other row is one thing. A table with a column slo is one of SLOs, any other one of services. Cells may
// be parted by commas, semicolons or tabs, as spreadsheets write them in different countries, and may hold
// line feeds between quotes (RFC 4180).
package table
