/** What customers of the shop ask, what the agents look up, and what they answer. */

import type { JsonObject } from '../canonical/json.ts';
import type { Random } from './random.ts';
import type { Matter } from './shop.ts';

export interface Topic {
  readonly name: string;
  readonly tool: string;
  readonly questions: readonly string[];
  readonly answers: readonly string[];
  readonly followUp: readonly [string, string];
  asked(matter: Matter): JsonObject;
  found(matter: Matter): JsonObject;
}

const TOPICS: readonly Topic[] = [
  {
    name: 'delivery',
    tool: 'lookup_order',
    questions: [
      'Hi, I ordered the {product} {days} days ago (order {order}) and it still has not arrived. Where is it?',
      'Order {order} says "out for delivery" since yesterday morning, but nobody came. I was at home all day.',
      'Can you tell me when {order} gets here? We leave for the mountains on Friday and I need the {product}.',
    ],
    answers: [
      'I have checked order {order}: the carrier has your {product} at the local depot, and it is on tomorrow’s van between 9 and 13 h. If nobody can be at home, reply "shop" and I will send it to the nearest pick-up point instead.',
      'Sorry about the wait, {name}. The parcel with your {product} was sorted to the wrong depot and is on its way back; the carrier now says two working days. I have taken the shipping cost off your order.',
    ],
    followUp: [
      'Tomorrow is fine, thanks. Can the driver leave it with the neighbour?',
      'Yes. I have added the note "neighbour, second floor" to the delivery of {order}.',
    ],
    asked: ({ orderId }) => ({ order_id: orderId, include: ['shipments'] }),
    found: ({ orderId, product, days }) => ({
      order_id: orderId,
      status: 'shipped',
      items: [{ sku: product.sku, quantity: 1, price_eur: product.priceEur }],
      shipments: [
        {
          carrier: 'NordPost',
          tracking: `NP${days}8841${orderId.slice(3)}`,
          last_scan: 'depot',
          days_since_order: days,
        },
      ],
    }),
  },
  {
    name: 'return',
    tool: 'create_return_label',
    questions: [
      'The {product} in {size} is too small. How do I send it back? The order is {order}.',
      'I would like to return my {product}. Never used, tags are still on it. Order {order}.',
      'Wrong size, my fault! Can I swap the {product} for one size up? {order}',
    ],
    answers: [
      'No problem. I have sent a return label for your {product} to {email}. You have 60 days, and the refund of {price} € goes to your card two or three days after the parcel is scanned here.',
      'Happy to swap it, {name}. I have reserved the next size for you for ten days and mailed you a label. We send the new one as soon as the carrier has the old one.',
    ],
    followUp: [
      'Do I need the original box?',
      'No, any sturdy box does. Please put the label over the old one, so that the carrier does not scan the wrong code.',
    ],
    asked: ({ orderId, product, size }) => ({ order_id: orderId, sku: product.sku, reason: 'size', size }),
    found: ({ orderId }) => ({ label_url: `https://returns.larkfell.example/l/${orderId}.pdf`, valid_days: 60 }),
  },
  {
    name: 'sizing',
    tool: 'get_size_chart',
    questions: [
      'I am 183 cm, 78 kg, long arms. Which size of the {product} should I take?',
      'Does the {product} run small? I am usually a {size}.',
    ],
    answers: [
      'With your measurements I would take one size up: the {product} is cut close, and you will want room for a fleece. If it does not fit, swapping is free within 60 days.',
      'The {product} runs true to size. If you are usually a {size}, take a {size}; people with wide feet or broad shoulders mostly tell us that one size up was better.',
    ],
    followUp: [
      'And how warm is it compared with last year’s model?',
      'A little warmer: it has 20 g more filling, and weighs 35 g more for it.',
    ],
    asked: ({ product }) => ({ sku: product.sku, unit: 'cm' }),
    found: ({ product, size }) => ({
      sku: product.sku,
      fit: 'close',
      chart: { M: [170, 178], L: [178, 186], XL: [186, 194] },
      asked_size: size,
    }),
  },
  {
    name: 'stock',
    tool: 'check_stock',
    questions: [
      'Is the {product} in {size} coming back into stock? Your page says sold out.',
      'Do you have the {product} in your Keswick shop? I would rather try it first.',
    ],
    answers: [
      'The {product} is sold out online, but four are expected in {days} days. Shall I put you on the list? You get a mail six hours before everybody else.',
      'Yes, Keswick has two of the {product} on the shelf. I can hold one for you until tomorrow, 18 h.',
    ],
    followUp: ['Please do, under my name.', 'Done: one {product}, held for {name}.'],
    asked: ({ product, size }) => ({ sku: product.sku, size, stores: ['online', 'keswick'] }),
    found: ({ product, days }) => ({ sku: product.sku, online: 0, keswick: 2, next_delivery_in_days: days }),
  },
  {
    name: 'warranty',
    tool: 'lookup_warranty',
    questions: [
      'The zip of my {product} broke after {days} nights. Is that covered? I bought it as {order}.',
      'A seam of the {product} is letting water in. What can be done?',
    ],
    answers: [
      'That should not happen after {days} nights. Your {product} is covered for five years: send it to our workshop with the label that I have mailed you, and it will be repaired or replaced within two weeks.',
      'I am sorry to hear that. Seams are covered for the life of the product. Please send one photo of the seam, then I can order the repair without asking you for anything else.',
    ],
    followUp: ['I am on the road until the 20th, can it wait?', 'Of course. The label is valid for 60 days.'],
    asked: ({ orderId, product }) => ({ order_id: orderId, sku: product.sku }),
    found: ({ product }) => ({ sku: product.sku, covered: true, years: 5, policy: 'W-2024' }),
  },
  {
    name: 'care',
    tool: 'search_help',
    questions: ['How do I wash the {product} without ruining it?', 'My {product} smells after a wet week. Any advice?'],
    answers: [
      'Wash the {product} at 30 °C with a liquid soap for technical textiles, no softener, and let it dry flat. Twenty minutes in a warm tumbler bring the water repellency back.',
      'Air it for a day first. If that is not enough, hand-wash it in lukewarm water with a little soap made for outdoor gear, rinse twice, and dry it away from the sun.',
    ],
    followUp: ['Can I iron it?', 'Better not: the coating does not like it.'],
    asked: ({ product }) => ({ query: `${product.name} washing care`, limit: 3 }),
    found: ({ product }) => ({
      hits: [
        { id: 'help-212', title: `Caring for your ${product.name}`, score: 0.83 },
        { id: 'help-087', title: 'Soaps we trust', score: 0.61 },
      ],
    }),
  },
];

export interface Exchange {
  readonly topic: Topic;
  readonly question: string;
  readonly answer: string;
  readonly followUp: readonly [string, string];
}

export function drawExchange(random: Random, matter: Matter): Exchange {
  const topic = random.pick(TOPICS);
  return {
    topic,
    question: fill(random.pick(topic.questions), matter),
    answer: fill(random.pick(topic.answers), matter),
    followUp: [fill(topic.followUp[0], matter), fill(topic.followUp[1], matter)],
  };
}

function fill(template: string, { customer, product, orderId, days, size }: Matter): string {
  const values: Readonly<Record<string, string>> = {
    name: customer.name.split(' ')[0] ?? customer.name,
    email: customer.email,
    product: product.name,
    price: String(product.priceEur),
    order: orderId,
    days: String(days),
    size,
  };
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
