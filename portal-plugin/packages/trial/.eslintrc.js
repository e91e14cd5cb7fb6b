module.exports = require('@backstage/cli/config/eslint-factory')(__dirname, {
  // The methods of HTTP are written as they are: api.GET(…).
  rules: { 'new-cap': ['error', { capIsNew: false }] },
});
