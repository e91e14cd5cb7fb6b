// Package judge says whether an indicator may be read from the data source that
// it names: whether that exists and is asked at all, speaks what the origin is
// written in, admits the owner's team, and understands the queries. How each kind
// of data source is asked is its language's affair, which it is given.
package judge
