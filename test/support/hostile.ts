/** Texts and values that have broken somebody's server before. All are JSON texts. */

const quote = (text: string) => JSON.stringify(text);

/** Different ids, also after whatever a store, a URL or a file name may do to them. */
export const HOSTILE_IDS: readonly string[] = [
  ...[
    "'; DROP TABLE tributary.events; --",
    "\\'",
    '\\',
    '"',
    '`',
    '$&',
    '$\u007bx}',
    '{project:UUID}',
    '{ids:Array(String)}',
  ],
  ...['../../etc/passwd', 'a/b//c/', '..%2f', '%2e%2e', '%', '%00', '%zz', '%25', '+', ' ', 'a b', ' lead', 'trail '],
  ...['#x', '?x=1', '&x=1', 'a;b', 'lunary|x', '|', '|x', 'x|', ':', '~', '*', '<script>alert(1)</script>'],
  ...['line\nbreak', '\r\n\r\nHTTP/1.1 200 OK', 'tab\t', '\u0000', 'a\u0000b', 'a\u0000c', 'a', '\u007f', '\u001b[31m'],
  ...['é', 'e\u0301', 'ＡＢＣ', '👩‍👩‍👧‍👦', '😀', '\ufeff', '\u2028', '\u202eabc', '\u{10ffff}', 'ß', 'SS', 'İ', 'i'],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'null', 'undefined', 'NaN', 'true', '0'],
  ...['-1', '1e999', '00000000-0000-0000-0000-000000000000', 'id', 'ID', 'Id'],
]
  .map(quote)
  .concat('"\\ud800"', '"\\udfff"', '"\\ufffd"', '"\\udfffa"', '"b\\ud83d"', '"\\ud83d\\ud83d"', '"\\u0041"');

/** No vendor's id may be blank but these two may be dots, which every URL library resolves. */
export const DOTS: readonly string[] = ['"."', '".."'];

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

/** What a parser and a printer would change, overflow on, or be tricked by. */
export const HOSTILE_VALUES: readonly string[] = [
  ...['1e999', '-1e999', '9007199254740993', '123456789012345678901234567890', '-0', '1.0', '1E5', '1e-400', '0.10'],
  ...['"\\u0041\\/\\u000a\\ud83d\\ude00"', '"\\ud83d"', '"\\udc00x\\ud800"', '"\\u0000"', '"NaN"', '""', '"null"'],
  ...['{"a":1,"a":2}', '{"":{"":""}}', '{"__proto__":{"polluted":1}}', '{"constructor":{"prototype":{"polluted":1}}}'],
  ...['{"__proto__":null}', '{"toString":1,"valueOf":2,"hasOwnProperty":3,"then":4,"toJSON":5,"length":-1}'],
  ...['{ "spaced" : [ 1 , 2 ]\t,\r\n"b":{ } }', '[]', '{}', '[null]', '[[[]]]', 'null', 'true', 'false', nested(500)],
  `[${'0,'.repeat(9_999)}0]`,
  `{${Array.from({ length: 2_000 }, (_, i) => `"k${i}":${i}`).join(',')}}`,
  quote('\\"'.repeat(5_000)),
];

/** Members that other vendors' events, or attackers, put where this vendor has something else. */
export const HOSTILE_MEMBERS: readonly string[] = [
  '"__proto__":{"polluted":1}',
  '"constructor":{"prototype":{"polluted":1}}',
  '"prototype":{"polluted":1},"toString":1,"toJSON":"x"',
  '"usage":{"prompt_tokens":"NaN","completion_tokens":-5,"total_tokens":1.5,"input_tokens":1e999}',
  '"tokensUsage":{"prompt":"NaN","completion":-5,"promptCached":1e300}',
  '"prompt_tokens":9007199254740993,"completion_tokens":-0,"total_tokens":"Infinity","elapsed_ms":1e999',
  '"tags":{"__proto__":"x","\\ud800":"\\udfff","a":{"b":[]},"n":1e999,"":""}',
  '"tags":["","\\u0000","\\ud800",1,null,{}]',
  '"trace_id2":[],"parent_id":{},"session_id":[1],"parentRunId":7,"parent_run_id":[],"threadTags":3,"userProps":[]',
  '"error":{"message":{"a":1},"stack":[1],"code":{}},"error_type":{"x":1},"error_message":[],"status_code":{}',
  '"links":{"a":1},"api_version":[],"session":null,"agent_version":null',
  '"stepId":null,"parentStepId":null,"idempotencyKey":null,"externalUserId":null,"environmentId":null',
];

/** Times that exist, as every vendor may send them, and times that do not. */
export const EXTREME_TIMES: readonly string[] = [
  ...['"2999-12-31T23:59:59.999999Z"', '"1970-01-01T00:00:00Z"', '"0001-01-01T00:00:00Z"', '"9999-12-31T23:59:59Z"'],
  ...['"1899-12-31T23:59:59Z"', '"2262-01-01T00:00:00.123456789Z"', '"2026-12-31T23:59:60Z"', '"2026-01-01T24:00:00Z"'],
  ...['"2026-01-01T00:00:00+23:59"', '"0000-01-01T00:00:00-23:59"'],
];
export const WRONG_TIMES: readonly string[] = [
  ...[
    '"yesterday"',
    '"2026-02-30T00:00:00Z"',
    '"+275760-09-13T00:00:00Z"',
    '"12026-01-01T00:00:00Z"',
    '{}',
    '[]',
    'true',
  ],
  ...['-1', '0', '1e300', '-1e300', '1e999', '8640000000000001', '0.5', '"1767225600000"', '"\\u0000"', '" "'],
];
