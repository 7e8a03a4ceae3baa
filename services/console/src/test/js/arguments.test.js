import assert from 'node:assert/strict';
import { test } from 'node:test';
import { valueOf } from '../../main/resources/org/perilune/console/assets/arguments.js';

test('numbers are read as a person types them', () => {
  for (const [typed, value] of [['5', 5], [' 5 ', 5], ['-1.5', -1.5], ['\u22121.5', -1.5], ['.5', 0.5], ['1e3', 1000], ['+2', 2], ['0', 0],
    ['10\u202f000.5', 10000.5], ['1\u00a0234\u00a0567', 1234567]]) assert.equal(valueOf('number', typed), value, typed);
});

test('what is no number is sent as it was typed, to be refused by name', () => {
  for (const typed of [' ', '\t', '1 5', '1 000', '1,5', '0x10', '0b1', 'Infinity', 'NaN', '1e999', '--1', '1\u202f5', '12\u202f34', '1.2.3', 'e5']) {
    assert.equal(valueOf('number', typed), typed, typed);
    assert.equal(valueOf('integer', typed), typed, typed);
  }
});

test('an integer that a script cannot hold is not sent as another one', () => {
  assert.equal(valueOf('integer', '9007199254740991'), 9007199254740991);
  assert.equal(valueOf('integer', '9007199254740993'), '9007199254740993');
});

test('texts stay as they are, and a boolean is one of two', () => {
  assert.equal(valueOf('text', ' 1 5 '), ' 1 5 ');
  assert.equal(valueOf('boolean', 'true'), true);
  assert.equal(valueOf('boolean', 'false'), false);
});
