/** An address we may send a buyer to: https anywhere, plain http only on localhost (the dev server). */
export const checkoutUrl = /^https:\/\/|^http:\/\/localhost[:/]/;
