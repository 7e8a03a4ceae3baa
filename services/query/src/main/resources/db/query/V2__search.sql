-- What search compares: words without accents, in small letters, cut at every sign. The same is done in Java for OpenSearch
-- and for what is asked (FoldedText), and the stemmer is OpenSearch's, so that both engines find the same.
create text search dictionary log_stem (template = snowball, language = porter);

-- No stop words: "no" and "will" are looked for as well.
create text search configuration log (copy = simple);
alter text search configuration log
    alter mapping for asciiword, asciihword, hword_asciipart, word, hword, hword_part, numword, numhword, hword_numpart
    with log_stem;

create function folded(words text) returns text immutable parallel safe strict
    return lower(regexp_replace(
        regexp_replace(normalize(words, NFKD), '[\u0300-\u036F]+', '', 'g'),
        '[\u0001-\u002F\u003A-\u0040\u005B-\u0060\u007B-\u00BF\u2000-\u206F\u2190-\u2BFF\u3000-\u303F]+', ' ', 'g'));

create function search_vector(words text) returns tsvector immutable parallel safe strict
    return to_tsvector('public.log'::regconfig, folded(words));

do $$
declare generation text;
begin
    for generation in select nspname from pg_namespace where nspname ~ '^model_[0-9]+$' loop
        execute format('drop index if exists %I.posts_words, %I.comments_words', generation, generation);
        execute format('create index posts_words on %I.posts using gin (search_vector(words))
            with (fastupdate = off) where words is not null', generation);
        execute format('create index comments_words on %I.comments using gin (search_vector(words))
            with (fastupdate = off) where words is not null', generation);
    end loop;
end $$;

-- Indexes in OpenSearch are filled anew under another name, and the old ones are deleted: of generations that are none.
update search_indexes set generation = -1 - generation;
