export const serviceMessages = {};
