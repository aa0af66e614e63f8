-- One row per finding code told; ten characters, two for each level.
CREATE OR REPLACE TABLE dim_cause AS
SELECT row_number() OVER (ORDER BY finding_code) AS cause_key, f.*,
       c.category, sc.subcategory, s.section, m.modifier
FROM (
    SELECT DISTINCT finding_code, finding_code[1:2] AS category_no, finding_code[3:4] AS subcategory_no,
           finding_code[5:6] AS section_no, finding_code[7:8] AS subsection_no, finding_code[9:10] AS modifier_no
    FROM core.Findings WHERE in_records
) f
LEFT JOIN ref.finding_categories c USING (category_no)
LEFT JOIN ref.finding_subcategories sc USING (category_no, subcategory_no)
LEFT JOIN ref.finding_sections s USING (category_no, subcategory_no, section_no)
LEFT JOIN ref.finding_modifiers m USING (modifier_no)
ORDER BY cause_key;
