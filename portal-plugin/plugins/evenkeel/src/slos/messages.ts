export const slosMessages = {};
