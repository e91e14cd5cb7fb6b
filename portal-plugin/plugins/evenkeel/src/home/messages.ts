export const homeMessages = {};
