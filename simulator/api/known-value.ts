/** The listed values of an enum of the SDK, which all are open: drops its `OtherString`. */
export type KnownValue<T extends string> = T extends unknown ? (string extends T ? never : T) : never;
