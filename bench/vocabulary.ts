/** 3 600 words of two syllables, always the same in the same places: about as many as a person uses in a day. */

const SYLLABLES = [...'bcdfglmnprst'].flatMap((consonant) => [...'aeiou'].map((vowel) => consonant + vowel));

export const VOCABULARY: readonly string[] = SYLLABLES.flatMap((first) => SYLLABLES.map((second) => first + second));
